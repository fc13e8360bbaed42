import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
import type { Retention } from './retention.ts';

/**
 * The retention of a table whose rows expire by an instant of their own.
 * @param by the column, or the expression, that an index orders the rows by
 * @param where the condition of that index, if it has one
 */
export function expiringTable(
  database: QueryExecutorProvider,
  {
    schema,
    table,
    keptMs,
    by,
    where = sql<boolean>`true`,
  }: { schema: string; table: string; keptMs: number; by: RawBuilder<string>; where?: RawBuilder<boolean> },
): Retention {
  const name = sql.id(schema, table);
  return {
    table,
    keptMs,
    async deleteBatch(before, limit) {
      // An array of row addresses: a join with them could read the whole table. A row that another replica deletes is left to it.
      const { numAffectedRows = 0n } = await sql`
        DELETE FROM ${name} WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM ${name} WHERE ${where} AND ${by} < ${before}::timestamptz ORDER BY ${by} LIMIT ${limit}
          FOR UPDATE SKIP LOCKED
        ))`.execute(database);
      return Number(numAffectedRows);
    },
    async oldest() {
      const { rows } = await sql<{ at: string }>`
        SELECT ${by} AS at FROM ${name} WHERE ${where} AND ${by} IS NOT NULL ORDER BY ${by} LIMIT 1`.execute(
        database,
      );
      return rows[0]?.at ?? null;
    },
  };
}

export const dayMs = 24 * 60 * 60 * 1000;
