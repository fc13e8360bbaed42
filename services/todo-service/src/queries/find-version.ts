import type { SelectQueryBuilder } from 'kysely';
import type { TodoContext } from '../context.ts';
import type { Tables } from '../store/tables.ts';

/** Finds a task as it was at a version, as JSON text; undefined if there is no such version, or it was pruned. */
export async function findVersion(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
  version: number,
): Promise<string | undefined> {
  const found = await versionsOf(database, workspaceId, id).where('version', '=', version).executeTakeFirst();
  return found?.payload;
}

/** Finds a task as its last creation made it, as JSON text; undefined if the creation was pruned. */
export async function findCreation(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<string | undefined> {
  const found = await versionsOf(database, workspaceId, id)
    .where('event_type', '=', 'task-created')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return found?.payload;
}

function versionsOf(
  database: TodoContext['database'],
  workspaceId: string,
  id: string,
): SelectQueryBuilder<Tables, 'todo_service.events', { payload: string }> {
  return database
    .selectFrom('todo_service.events')
    .select('payload')
    .where('workspace_id', '=', workspaceId)
    .where('task_id', '=', id);
}
