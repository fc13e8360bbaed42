import { sql, type Kysely, type Transaction } from 'kysely';

/**
 * Records event ids as handled, in the transaction of their effects. Two deliveries of one event at once are told
 * apart by the unique key: the later one waits for the earlier's commit and gets nothing.
 * @returns those of the ids that had not been recorded before
 */
export async function claimEvents<Tables>(
  trx: Transaction<Tables>,
  schema: string,
  eventIds: string[],
): Promise<Set<string>> {
  // Sorted, so that two deliveries that share events lock them in one order.
  const { rows } = await sql<{ event_id: string }>`
    INSERT INTO ${sql.id(schema, 'inbox')} (event_id)
    SELECT DISTINCT id FROM unnest(${eventIds}::uuid[]) AS id ORDER BY id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id`.execute(trx);
  return new Set(rows.map(({ event_id }) => event_id));
}

/** Longer than the broker keeps records, so that no replay finds an event unknown. */
const keptDays = 30;

/** Forgets event ids that can't be delivered any more. */
export async function forgetEvents<Tables>(
  database: Kysely<Tables>,
  schema: string,
  now: Date,
): Promise<void> {
  const before = new Date(now.getTime() - keptDays * 24 * 60 * 60 * 1000).toISOString();
  await sql`DELETE FROM ${sql.id(schema, 'inbox')} WHERE handled_at < ${before}::timestamptz`.execute(
    database,
  );
}
