import type { Task } from '@rondo/shared/contracts/task';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { eachKey } from '@rondo/shared/workers/each-key';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { forgetPurged } from '../caldav/store/keep-object.ts';
import type { CommandContext, TodoContext } from '../context.ts';
import { noZones } from '../domain/floating.ts';
import { decide } from '../domain/task.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';

const dayMs = 24 * 60 * 60 * 1000;
const trashDays = 30;
/** Tasks that are in memory together: each may have 192 KiB. */
const batchSize = 20;
/** Objects of calendars that one statement forgets. */
const objectsAtOnce = 500;

/** Purges the trash, with an event for each task. Rows that expire without an event: retentions.ts. */
export function createPurge(ctx: TodoContext): PeriodicWorker {
  return createPeriodicWorker({
    name: 'purge',
    processAll: (stopping) =>
      purgeTrash(ctx, new Date(ctx.clock.now().getTime() - trashDays * dayMs).toISOString(), stopping),
    log: ctx.log,
  });
}

/** Deletes the tasks that went to the trash before an instant, each with an event in the name of the workspace's owner. */
async function purgeTrash(ctx: TodoContext, before: string, stopping: AbortSignal): Promise<void> {
  const expired = { table: 'todo_service.tasks', key: 'workspace_id', where: `deleted_at < '${before}'` };
  await eachKey({
    keysAfter: (turn) => readKeysAfter(ctx.database, expired, turn),
    work: (workspaceId) => purgeTrashOf(ctx, workspaceId, { before, stopping }),
    whenOneFails: 'expired tasks stay in the trash',
    log: ctx.log,
    stopping,
  });
  let forgotten: number;
  do forgotten = await forgetPurged(ctx.database, { limit: objectsAtOnce });
  while (forgotten === objectsAtOnce && !stopping.aborted);
}

async function purgeTrashOf(
  ctx: TodoContext,
  workspaceId: string,
  { before, stopping }: { before: string; stopping: AbortSignal },
): Promise<void> {
  const command: CommandContext = {
    identity: { personId: workspaceId, workspaceId, source: 'api', ...noZones },
    trace: continueTrace(undefined),
  };
  for (let purged = 1; purged > 0 && !stopping.aborted;) {
    const rows = await ctx.database
      .selectFrom('todo_service.tasks')
      .select('task')
      .where('workspace_id', '=', workspaceId)
      .where('deleted_at', '<', before)
      .orderBy('deleted_at')
      .limit(batchSize)
      .execute();
    purged = 0;
    for (const { task: text } of rows) if (await purge(ctx, command, JSON.parse(text) as Task)) purged += 1;
  }
}

/** @returns whether the task was purged; it may have changed meanwhile */
async function purge(ctx: TodoContext, command: CommandContext, task: Task): Promise<boolean> {
  const change = decide(task, { kind: 'purge' }, ctx.clock.now());
  if (!change) return false;
  const pending = pendingChange(ctx, command, change, ctx.ids.next());
  const written = await ctx.writes.submit(pending);
  if (written) logChange(ctx, command, pending, written.seq);
  return written !== undefined;
}
