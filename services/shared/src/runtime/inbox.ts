import { sql, type Transaction } from 'kysely';

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
