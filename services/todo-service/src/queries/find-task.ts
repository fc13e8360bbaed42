import type { Task } from '@rondo/shared/contracts/task';
import type { TodoContext } from '../context.ts';

/** Finds a task of a workspace, including one in the trash. */
export async function findTask(
  ctx: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<Task | undefined> {
  const text = await findTaskJson(ctx, workspaceId, id);
  return text === undefined ? undefined : (JSON.parse(text) as Task);
}

/** Finds a task as the stored JSON text. */
export async function findTaskJson(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<string | undefined> {
  const found = await database
    .selectFrom('todo_service.tasks')
    .select('task')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return found?.task;
}
