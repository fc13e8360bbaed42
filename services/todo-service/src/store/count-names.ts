import { sql, type Kysely, type Transaction } from 'kysely';
import { quotaExceeded, quotas } from '../domain/quotas.ts';
import type { Change } from '../domain/task.ts';
import type { Tables } from './tables.ts';

type Name = { kind: 'label' | 'list'; name: string };

/** What this process remembers of a database, so that a known name costs no query. */
type Memory = {
  /** Names that are counted already. */
  counted: Set<string>;
  /** When each workspace was last searched for names that no task has any more, in milliseconds. */
  searched: Map<string, number>;
};

const maxRemembered = 50_000;
/** A search reads all tasks of a workspace. */
const searchEveryMs = 60_000;

const memories = new WeakMap<object, Memory>();

/**
 * Counts the names of labels and lists that changes add to their workspace. Only a name that this process doesn't know costs a
 * query. A name that no task has any more, in the trash neither, makes room when the quota is reached.
 * @param trx the transaction that writes the changes, if they have one
 * @throws AppError 403 `quota-exceeded`
 */
export async function countNames(
  { database }: { database: Kysely<Tables> },
  workspaceId: string,
  changes: readonly Change[],
  trx?: Transaction<Tables>,
): Promise<void> {
  const { counted, searched } = memoryOf(database);
  const keyOf = ({ kind, name }: Name) => `${workspaceId} ${kind} ${name}`;
  const added = new Map(changes.flatMap((change) => namesAdded(change)).map((name) => [keyOf(name), name]));
  const unknown = [...added].filter(([key]) => !counted.has(key)).map(([, name]) => name);
  if (unknown.length === 0) return;
  let used = await insert(trx ?? database, workspaceId, unknown);
  if (
    used !== undefined &&
    performance.now() - (searched.get(workspaceId) ?? -searchEveryMs) >= searchEveryMs
  ) {
    if (searched.size >= maxRemembered) searched.clear();
    searched.set(workspaceId, performance.now());
    await removeUnused(trx ?? database, workspaceId);
    counted.clear();
    used = await insert(trx ?? database, workspaceId, unknown);
  }
  if (used !== undefined) throw quotaExceeded('names', used);
  // A transaction may still be rolled back, and its names with it.
  if (trx) return;
  if (counted.size >= maxRemembered) counted.clear();
  for (const key of added.keys()) counted.add(key);
}

function namesAdded({ before, after }: Change): Name[] {
  const known = new Set(before?.labels);
  const labels = after.labels.filter((label) => !known.has(label));
  const list = after.list === before?.list ? null : after.list;
  return [
    ...labels.map((name) => ({ kind: 'label' as const, name })),
    ...(list === null ? [] : [{ kind: 'list' as const, name: list }]),
  ];
}

function memoryOf(database: object): Memory {
  const known = memories.get(database);
  if (known) return known;
  const created = { counted: new Set<string>(), searched: new Map<string, number>() };
  memories.set(database, created);
  return created;
}

/** Inserts names, all or none. @returns how many there are if they are too many together */
async function insert(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaceId: string,
  names: Name[],
): Promise<number | undefined> {
  const { rows } = await sql<{ used: number; fresh: number }>`
    WITH given AS (
      SELECT kind, name FROM json_to_recordset(${JSON.stringify(names)}::json) AS given (kind text, name text)
    ), counted AS (
      SELECT count(*) AS used, (
        SELECT count(*) FROM given WHERE NOT EXISTS (
          SELECT FROM todo_service.names known
          WHERE known.workspace_id = ${workspaceId} AND known.kind = given.kind AND known.name = given.name
        )
      ) AS fresh
      FROM todo_service.names WHERE workspace_id = ${workspaceId}
    ), inserted AS (
      INSERT INTO todo_service.names (workspace_id, kind, name)
      SELECT ${workspaceId}::uuid, kind, name FROM given, counted
      WHERE used + fresh <= ${quotas.names} ORDER BY kind, name
      ON CONFLICT DO NOTHING
    )
    SELECT used, fresh FROM counted`.execute(database);
  const { used = 0, fresh = 0 } = rows[0] ?? {};
  return used + fresh > quotas.names && fresh > 0 ? used : undefined;
}

async function removeUnused(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaceId: string,
): Promise<void> {
  await sql`
    WITH used AS MATERIALIZED (
      SELECT 'list' AS kind, list AS name FROM todo_service.tasks
      WHERE workspace_id = ${workspaceId} AND list IS NOT NULL
      UNION
      SELECT 'label', jsonb_array_elements_text(labels) FROM todo_service.tasks WHERE workspace_id = ${workspaceId}
    )
    DELETE FROM todo_service.names known WHERE workspace_id = ${workspaceId}
      AND NOT EXISTS (SELECT FROM used WHERE used.kind = known.kind AND used.name = known.name)`.execute(
    database,
  );
}
