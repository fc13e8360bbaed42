import { sql } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { TodoContext } from '../tables.ts';

/** The tasks of a workspace that have the given ids, in the trash or not, by id. */
export async function findTasks(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  ids: string[],
): Promise<Map<string, Task>> {
  const found = await database
    .selectFrom('todo_service.tasks')
    .select(['id', 'task'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', sql<string>`ANY(${ids}::uuid[])`)
    .execute();
  return new Map(found.map(({ id, task }) => [id, JSON.parse(task) as Task]));
}
