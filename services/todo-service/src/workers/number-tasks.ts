import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { eachKey } from '@rondo/shared/workers/each-key';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { numberTasks } from '../commands/number-tasks.ts';
import type { TodoContext } from '../context.ts';

const unnumberedTasks = { table: 'todo_service.tasks', key: 'workspace_id', where: 'number IS NULL' };

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
    keysAfter: (turn) => readKeysAfter(ctx.database, unnumberedTasks, turn),
    async work(workspaceId) {
      for (let found = 1; found > 0 && !stopping.aborted;) found = await numberTasks(ctx, workspaceId);
    },
    whenOneFails: 'tasks wait for their numbers',
    log: ctx.log,
    stopping,
  });
}
