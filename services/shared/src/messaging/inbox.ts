import { sql, type Kysely, type Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Log } from '../observability/log.ts';
import { createHourlyWorker, type HourlyWorker } from '../workers/hourly.ts';

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

/** Longer than the broker keeps records, so that a replay finds every event. */
const keptDays = 30;

/** Deletes the ids of events that can't be delivered any more. */
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

/** Deletes old event ids once an hour. */
export function createInboxCleanup<Tables>(
  { handle, schema }: { handle: Kysely<Tables>; schema: string },
  { clock, log }: { clock: Clock; log: Log },
): HourlyWorker {
  return createHourlyWorker({
    name: 'inbox cleanup',
    processAll: () => forgetEvents(handle, schema, clock.now()),
    log,
  });
}
