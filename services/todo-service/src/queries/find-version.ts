import type { TodoContext } from '../context.ts';

/** Finds a task as it was at a version, as JSON text; undefined if there is no such version, or it was pruned. */
export async function findVersion(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
  version: number,
): Promise<string | undefined> {
  const found = await database
    .selectFrom('todo_service.events')
    .select('payload')
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return found?.payload;
}
