import type { Task } from '@rondo/shared/contracts/task';
import type { TodoContext } from '../context.ts';

/** A task of a workspace, in the trash or not; undefined when there is none. */
export async function findTask(
  ctx: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<Task | undefined> {
  const text = await findTaskJson(ctx, workspaceId, id);
  return text === undefined ? undefined : (JSON.parse(text) as Task);
}

/** The same as the JSON text that is stored. */
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
