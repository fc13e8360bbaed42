import { sql, type SelectQueryBuilder } from 'kysely';
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

/** How many versions `findVersions` is asked for at once: each has up to 192 KiB. */
export const versionsAtOnce = 100;

/** Finds several tasks, each as it was at a version, as JSON texts by their ids. Versions that were pruned are missing. */
export async function findVersions(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  wanted: readonly { id: string; version: number }[],
): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{ id: string; payload: string }>`
    SELECT found.task_id AS id, found.payload
    FROM unnest(${wanted.map(({ id }) => id)}::uuid[], ${wanted.map(({ version }) => version)}::bigint[]) AS wanted (id, version)
    CROSS JOIN LATERAL (
      SELECT task_id, payload FROM todo_service.events
      WHERE workspace_id = ${workspaceId} AND task_id = wanted.id AND version = wanted.version LIMIT 1
    ) found`.execute(database);
  return new Map(rows.map(({ id, payload }) => [id, payload]));
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
