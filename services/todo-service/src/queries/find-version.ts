import type { TodoContext } from '../context.ts';

/** A task as it was after its change to a version, as JSON text; undefined when there is no such version (any more). */
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
