import { sql, type Kysely } from 'kysely';

/** Whether the database carries out a write within a second, as it does unless it is unavailable or slow for everybody. */
export async function canWrite<Tables>(database: Kysely<Tables>, schema: string): Promise<boolean> {
  try {
    const trx = await database.startTransaction().execute();
    try {
      await sql`SELECT set_config('statement_timeout', '1s', true)`.execute(trx);
      await sql`INSERT INTO ${sql.id(schema, 'inbox')} (event_id) VALUES (gen_random_uuid())`.execute(trx);
    } finally {
      await trx.rollback().execute();
    }
    return true;
  } catch {
    return false;
  }
}
