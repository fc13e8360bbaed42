import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { Count } from '@rondo/shared/contracts/scalars';
import { createRecentMap } from '@rondo/shared/workers/recent-map';
import type { TodoContext } from '../context.ts';
import { historyIdOfRows } from '../store/history-id.ts';

export const NamesWithCounts = Type.Array(Type.Object({ name: Type.String(), open_tasks: Count }));
export type NamesWithCounts = Static<typeof NamesWithCounts>;

/** Lists the names of lists in use, each with its number of open tasks. */
async function listLists(
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
async function listLabels(
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

const namesOf = { lists: listLists, labels: listLabels };

/** An answer has at most 2,000 names of 100 characters. */
const remembered = { keptMs: 10 * 60_000, maxKeys: 16 };

/**
 * Lists the names of lists or labels in use, each with its number of open tasks, from memory while its workspace has not changed: to count
 * them reads all of its tasks.
 */
export function createNameCounts({ database }: Pick<TodoContext, 'database'>) {
  const known = createRecentMap<{ head: string; names: NamesWithCounts }>({
    ...remembered,
    now: () => performance.now(),
  });
  return async (what: keyof typeof namesOf, workspaceId: string): Promise<NamesWithCounts> => {
    const key = `${what} ${workspaceId}`;
    // Read before the names, so that these are never older than it says.
    const head = await headOf({ database }, workspaceId);
    const last = known.get(key);
    if (last?.head === head) return last.names;
    const names = await namesOf[what]({ database }, workspaceId);
    known.set(key, { head, names });
    return names;
  };
}

/** What changes with each change of a workspace, and with its history. */
async function headOf({ database }: Pick<TodoContext, 'database'>, workspaceId: string): Promise<string> {
  const { rows } = await sql<{ seq: number | null; history: string }>`
    SELECT (SELECT seq FROM todo_service.workspaces WHERE id = ${workspaceId}) AS seq, ${historyIdOfRows} AS history`.execute(
    database,
  );
  return `${rows[0]?.seq} ${rows[0]?.history}`;
}
