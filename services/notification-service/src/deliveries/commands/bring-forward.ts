import { sql } from 'kysely';
import type { NotificationContext } from '../../context.ts';
import { maxClockDifferenceMs } from '../../store/clock-difference.ts';

/** All people's deliveries that wait may be concerned. */
const maxInBatch = 5_000;

/**
 * Makes the deliveries due that a later clock scheduled, so that a clock that was set back postpones no retry and no end of a lease.
 * What is due in quiet hours is postponed when it is claimed. A process that holds a lease may send its message beside another one:
 * both have the same id.
 */
export async function bringForward({
  database,
  clock,
  log,
}: Pick<NotificationContext, 'database' | 'clock' | 'log'>): Promise<void> {
  const now = clock.now();
  const at = now.toISOString();
  const latest = new Date(now.getTime() + maxClockDifferenceMs).toISOString();
  let broughtForward = 0;
  for (let batch = Infinity; batch >= maxInBatch; broughtForward += batch) {
    const { numAffectedRows = 0n } = await sql`
      UPDATE notification_service.deliveries SET next_attempt_at = ${at}::timestamptz, scheduled_at = ${at}::timestamptz
      WHERE id = ANY (ARRAY (
        SELECT id FROM notification_service.deliveries
        WHERE status = 'waiting' AND next_attempt_at > ${at}::timestamptz AND scheduled_at > ${latest}::timestamptz
        LIMIT ${maxInBatch} FOR UPDATE SKIP LOCKED
      ))`.execute(database);
    batch = Number(numAffectedRows);
  }
  if (broughtForward > 0)
    log.warn({ deliveries: broughtForward }, 'the clock was set back: deliveries that waited are due');
}
