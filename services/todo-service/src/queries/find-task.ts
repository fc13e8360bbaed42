import type { Task } from '@rondo/shared/contracts/task';
import type { TodoContext } from '../context.ts';
import type { TaskState } from '../domain/entity-tag.ts';
import { historyIdOfRows } from '../store/history-id.ts';

/** Finds a task of a workspace, including one in the trash. */
export async function findTask(
  ctx: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<Task | undefined> {
  return (await findTaskState(ctx, workspaceId, id))?.task;
}

/** Finds a task, including one in the trash, with the history that it belongs to. */
export async function findTaskState(
  ctx: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<TaskState | undefined> {
  const found = await findTaskJson(ctx, workspaceId, id);
  return found && { ...found, task: JSON.parse(found.task) as Task };
}

/** Finds a task as the stored JSON text, with the history that it belongs to. */
export async function findTaskJson(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<{ task: string; historyId: string } | undefined> {
  return database
    .selectFrom('todo_service.tasks')
    .select(['task', historyIdOfRows.as('historyId')])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
}
