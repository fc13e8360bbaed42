import type { Task } from '@rondo/shared/contracts/task';
import { continueTrace } from '@rondo/shared/observability/trace-context';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { forgetPurged } from '../caldav/store/keep-object.ts';
import type { CommandContext, TodoContext } from '../context.ts';
import { noZones } from '../domain/floating.ts';
import { decide } from '../domain/task.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';

const dayMs = 24 * 60 * 60 * 1000;
const trashDays = 30;
const batchSize = 500;

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
  while (!stopping.aborted) {
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
        identity: { personId: workspace_id, workspaceId: workspace_id, source: 'api', ...noZones },
        trace: continueTrace(undefined),
      };
      const pending = pendingChange(ctx, command, change, ctx.ids.next());
      const written = await ctx.writes.submit(pending);
      if (written) logChange(ctx, command, pending, written.seq);
    }
    await forgetPurged(ctx.database, { limit: batchSize });
    if (rows.length < batchSize) return;
  }
}
