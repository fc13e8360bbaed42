import { sql, type QueryExecutorProvider, type Transaction } from 'kysely';
import { dayMs, expiringTable } from '../workers/expiring-table.ts';
import type { Retention } from '../workers/retention.ts';

/**
 * Records event ids as processed, in the transaction of their effects. If two deliveries have the same event, the unique
 * key makes the later one wait for the commit of the earlier one, and it gets nothing.
 * @returns the ids that had not been recorded before
 */
export async function claimEvents<Tables>(
  trx: Transaction<Tables>,
  schema: string,
  eventIds: string[],
): Promise<Set<string>> {
  // Sorted, so that two deliveries with the same events lock them in the same order.
  const { rows } = await sql<{ event_id: string }>`
    INSERT INTO ${sql.id(schema, 'inbox')} (event_id)
    SELECT DISTINCT id FROM unnest(${eventIds}::uuid[]) AS id ORDER BY id
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id`.execute(trx);
  return new Set(rows.map(({ event_id }) => event_id));
}

/** Longer than the broker keeps records (7 days), so that a replay finds every event. */
const keptDays = 14;

/** The retention of the ids of events that can't be delivered any more. */
export function inboxRetention(database: QueryExecutorProvider, schema: string): Retention {
  return expiringTable(database, {
    schema,
    table: 'inbox',
    keptMs: keptDays * dayMs,
    by: sql<string>`handled_at`,
  });
}
