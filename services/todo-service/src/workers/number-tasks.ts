import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { AppError } from '@rondo/shared/errors';
import { createPeriodicWorker, type PeriodicWorker } from '@rondo/shared/workers/periodic';
import { numberTasks } from '../commands/number-tasks.ts';
import type { TodoContext } from '../context.ts';
import { VersionMoved } from '../store/version-moved.ts';

/** Numbers the tasks that a release without numbers wrote, at the start and once an hour: one may still run during an upgrade. */
export function createNumbering(ctx: TodoContext): PeriodicWorker {
  return createPeriodicWorker({
    name: 'number-tasks',
    processAll: (stopping) => numberAll(ctx, stopping),
    log: ctx.log,
  });
}

async function numberAll(ctx: TodoContext, stopping: AbortSignal): Promise<void> {
  for (let after = lowestUuid; !stopping.aborted;) {
    const workspaceId = await nextUnnumbered(ctx, after);
    if (workspaceId === undefined) return;
    await numberWorkspace(ctx, workspaceId, stopping);
    after = workspaceId;
  }
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

async function numberWorkspace(ctx: TodoContext, workspaceId: string, stopping: AbortSignal): Promise<void> {
  try {
    for (let found = 1; found > 0 && !stopping.aborted;) found = await numberTasks(ctx, workspaceId);
  } catch (error) {
    // A quota, a full queue or a busy workspace holds up no other one. The next pass goes on.
    if (!(error instanceof AppError || error instanceof VersionMoved)) throw error;
    ctx.log.warn({ err: error, workspace_id: workspaceId }, 'tasks wait for their numbers');
  }
}
