import { sql } from 'kysely';
import type { TodoContext } from '../context.ts';

/** Finds the ids of tasks by their numbers in a workspace, those in the trash too. */
export async function findIdsOfNumbers(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  numbers: number[],
): Promise<Map<number, string>> {
  const { rows } = await sql<{ number: number; id: string }>`
    SELECT number, id FROM todo_service.tasks
    WHERE workspace_id = ${workspaceId} AND number = ANY(${[...new Set(numbers)]}::bigint[])`.execute(
    database,
  );
  return new Map(rows.map(({ number, id }) => [number, id]));
}
