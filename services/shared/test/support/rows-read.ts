import { sql, type Kysely, type Transaction } from 'kysely';

/**
 * How many rows of a table some work reads, by an index or by reading all. What it did is rolled back.
 * @param table with its schema: `todo_service.events`
 */
export async function rowsReadBy<Tables>(
  database: Kysely<Tables>,
  table: string,
  work: (trx: Transaction<Tables>) => Promise<unknown>,
): Promise<number> {
  const trx = await database.startTransaction().execute();
  try {
    const before = await rowsRead(trx, table);
    await work(trx);
    return (await rowsRead(trx, table)) - before;
  } finally {
    await trx.rollback().execute();
  }
}

/** What a connection has read and not yet reported, earlier transactions included. */
async function rowsRead<Tables>(trx: Transaction<Tables>, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS count FROM pg_stat_xact_user_tables
    WHERE relid = ${table}::regclass`.execute(trx);
  return rows[0]?.count ?? NaN;
}
