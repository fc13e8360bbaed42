import { sql } from 'kysely';
import type { CommandContext, TodoContext } from '../context.ts';
import { decide } from '../domain/task.ts';
import { runCommand } from '../store/apply-command.ts';
import { noContent } from '../store/command-answer.ts';
import { forgetPurged } from '../caldav/store/keep-object.ts';

/** Rows of a transaction. */
const batchSize = 500;
/** Less than a request may wait for its answer. */
const maxMs = 8_000;

/**
 * Purges the trash of a workspace, in batches, with an event for each task. It can't be undone. After 8 s it stops, and a repeated
 * call continues. @returns how many tasks were purged, and how many are left
 */
export async function emptyTrash(
  ctx: TodoContext,
  { identity, trace }: CommandContext,
): Promise<{ purged: number; remaining: number }> {
  const began = performance.now();
  let purged = 0;
  for (;;) {
    const batch = await purgeBatch(ctx, { identity, trace });
    purged += batch;
    if (batch < batchSize || performance.now() - began > maxMs) break;
  }
  await forgetPurged(ctx.database, { limit: purged, workspaceId: identity.workspaceId });
  const head = await ctx.database
    .selectFrom('todo_service.workspaces')
    .select('trashed')
    .where('id', '=', identity.workspaceId)
    .executeTakeFirst();
  return { purged, remaining: head?.trashed ?? 0 };
}

/** Purges the tasks that are in the trash for longest. @returns how many */
async function purgeBatch(ctx: TodoContext, command: CommandContext): Promise<number> {
  let purged = 0;
  await runCommand(ctx, command, async (tasks, trx) => {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM todo_service.tasks WHERE workspace_id = ${tasks.workspaceId} AND deleted_at IS NOT NULL
      ORDER BY deleted_at, id LIMIT ${batchSize}`.execute(trx);
    await tasks.load(rows.map(({ id }) => id));
    for (const { id } of rows) {
      const task = await tasks.find(id);
      const change = task && decide(task, { kind: 'purge' }, ctx.clock.now());
      if (change) tasks.apply(change);
    }
    purged = rows.length;
    return { answer: noContent };
  });
  return purged;
}
