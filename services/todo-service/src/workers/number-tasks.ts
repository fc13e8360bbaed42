import { eachKey } from '@rondo/shared/workers/each-key';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { numberTasks } from '../commands/number-tasks.ts';
import type { TodoContext } from '../context.ts';

/** Numbers the tasks that a release without numbers wrote, at the start and once an hour: one may still run during an upgrade. */
export function createNumbering(ctx: TodoContext): PeriodicWorker {
  return createPeriodicWorker({
    name: 'number-tasks',
    processAll: (stopping) => numberAll(ctx, stopping),
    log: ctx.log,
  });
}

async function numberAll(ctx: TodoContext, stopping: AbortSignal): Promise<void> {
  await eachKey({
    nextAfter: (after) => nextUnnumbered(ctx, after),
    async work(workspaceId) {
      for (let found = 1; found > 0 && !stopping.aborted;) found = await numberTasks(ctx, workspaceId);
    },
    whenOneFails: 'tasks wait for their numbers',
    log: ctx.log,
    stopping,
  });
}

/** The next workspace, by id, with a task that has no number. */
async function nextUnnumbered(
  { database }: Pick<TodoContext, 'database'>,
  after: string,
): Promise<string | undefined> {
  const row = await database
    .selectFrom('todo_service.tasks')
    .select('workspace_id')
    .where('number', 'is', null)
    .where('workspace_id', '>', after)
    .orderBy('workspace_id')
    .limit(1)
    .executeTakeFirst();
  return row?.workspace_id;
}
