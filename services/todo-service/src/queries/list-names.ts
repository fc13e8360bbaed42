import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { Count } from '@rondo/shared/contracts/scalars';
import type { TodoContext } from '../context.ts';

export const NamesWithCounts = Type.Array(Type.Object({ name: Type.String(), open_tasks: Count }));
export type NamesWithCounts = Static<typeof NamesWithCounts>;

/** Lists the names of lists in use, each with its number of open tasks. */
export async function listLists(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
): Promise<NamesWithCounts> {
  const { rows } = await sql<NamesWithCounts[number]>`
    SELECT list AS name, count(*) FILTER (WHERE status <> 'complete') AS open_tasks FROM todo_service.tasks
    WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND list IS NOT NULL GROUP BY list ORDER BY list`.execute(
    database,
  );
  return rows;
}

/** Lists the labels in use, each with its number of open tasks. */
export async function listLabels(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
): Promise<NamesWithCounts> {
  const { rows } = await sql<NamesWithCounts[number]>`
    SELECT label AS name, count(*) FILTER (WHERE status <> 'complete') AS open_tasks
    FROM todo_service.tasks, jsonb_array_elements_text(labels) AS label
    WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL GROUP BY label ORDER BY label`.execute(
    database,
  );
  return rows;
}
