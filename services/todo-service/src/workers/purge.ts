import { sql } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import { createHourlyWorker, type HourlyWorker } from '@rondo/shared/workers/hourly';
import type { CommandContext, TodoContext } from '../context.ts';
import { decide } from '../domain/task.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';

const dayMs = 24 * 60 * 60 * 1000;
const trashDays = 30;
const batchSize = 500;

/** Deletes what has expired: trash, stored answers, and published events after their retention. */
export function createPurge(
  ctx: TodoContext,
  { eventRetentionDays }: { eventRetentionDays: number },
): HourlyWorker {
  const ago = (ms: number) => new Date(ctx.clock.now().getTime() - ms).toISOString();

  async function processAll(): Promise<void> {
    await purgeTrash(ctx, ago(trashDays * dayMs));
    await sql`DELETE FROM todo_service.idempotency_keys WHERE created_at < ${ago(dayMs)}::timestamptz`.execute(
      ctx.database,
    );
    await pruneEvents(ctx, ago(eventRetentionDays * dayMs));
  }

  return createHourlyWorker({ name: 'purge', processAll, log: ctx.log });
}

/** Deletes the tasks that went to the trash before an instant, each with an event in the name of the workspace's owner. */
async function purgeTrash(ctx: TodoContext, before: string): Promise<void> {
  for (;;) {
    const rows = await ctx.database
      .selectFrom('todo_service.tasks')
      .select('task')
      .where('deleted_at', '<', before)
      .limit(batchSize)
      .execute();
    for (const { task: text } of rows) {
      const task = JSON.parse(text) as Task;
      const change = decide(task, { kind: 'purge' }, ctx.clock.now());
      if (!change) continue;
      const { workspace_id } = task;
      const command: CommandContext = {
        identity: { personId: workspace_id, workspaceId: workspace_id, source: 'api' },
        trace: continueTrace(undefined),
      };
      const pending = pendingChange(ctx, command, change, ctx.ids.next());
      const seq = await ctx.writes.submit(pending);
      if (seq !== undefined) logChange(ctx, command, pending, seq);
    }
    if (rows.length < batchSize) return;
  }
}

/** Prunes only whole prefixes: a workspace's feed has no gap after `pruned_seq`, and unpublished events stay. */
async function pruneEvents({ database }: TodoContext, before: string): Promise<void> {
  await database.transaction().execute(async (trx) => {
    const { rows } = await sql<{ workspace_id: string; up_to: number }>`
      SELECT event.workspace_id, max(event.seq) AS up_to FROM todo_service.events event
      LEFT JOIN (SELECT workspace_id, min(seq) AS seq FROM todo_service.outbox GROUP BY workspace_id) waiting
        ON waiting.workspace_id = event.workspace_id
      WHERE event.occurred_at < ${before} AND (waiting.seq IS NULL OR event.seq < waiting.seq) AND NOT EXISTS (
        SELECT FROM todo_service.events kept
        WHERE kept.workspace_id = event.workspace_id AND kept.seq <= event.seq AND kept.occurred_at >= ${before}
      )
      GROUP BY event.workspace_id ORDER BY event.workspace_id`.execute(trx);
    for (const { workspace_id: id, up_to: upTo } of rows) {
      await sql`UPDATE todo_service.workspaces SET pruned_seq = ${upTo} WHERE id = ${id}`.execute(trx);
      await sql`DELETE FROM todo_service.events WHERE workspace_id = ${id} AND seq <= ${upTo}`.execute(trx);
    }
  });
}
