import { CompiledQuery, type Kysely } from 'kysely';
import { plannedEachTime } from './database.ts';

/** Rows with a key, such as those that wait of a workspace. `where` is SQL. An index of these rows must begin with the key, a uuid. */
export type KeyedRows = { table: string; key: string; where?: string };

/**
 * SQL that reads the different keys after $1, at most $2, except those in $3, in their order. It reads one entry of the index for
 * each key, however many rows a key has ("loose index scan", wiki.postgresql.org/wiki/Loose_indexscan).
 */
export function keysAfterSql({ table, key, where = 'TRUE' }: KeyedRows): string {
  const next = (last: string) =>
    `SELECT ${key} FROM ${table} WHERE ${where} AND ${key} > ${last} ORDER BY ${key} LIMIT 1`;
  return `
    WITH RECURSIVE found AS (
      (${next('$1::uuid')})
      UNION ALL
      SELECT (${next(`found.${key}`)}) FROM found WHERE found.${key} IS NOT NULL
    ) SELECT ${key} FROM found WHERE ${key} IS NOT NULL AND ${key} <> ALL ($3::uuid[]) LIMIT $2`;
}

/** Reads the next keys after one, so that keys take turns: a caller goes on after the last one, and begins again after the end. */
export async function readKeysAfter<Tables>(
  database: Kysely<Tables>,
  rows: KeyedRows,
  { after, limit, except = [] }: { after: string; limit: number; except?: string[] },
): Promise<string[]> {
  const text = `${plannedEachTime} ${keysAfterSql(rows)}`;
  const found = await database.executeQuery<Record<string, string>>(
    CompiledQuery.raw(text, [after, limit, except]),
  );
  return found.rows.flatMap((row) => row[rows.key] ?? []);
}
