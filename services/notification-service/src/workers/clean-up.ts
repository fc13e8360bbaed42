import { sql } from 'kysely';
import { createHourlyWorker, type HourlyWorker } from '@rondo/shared/workers/hourly';
import type { NotificationContext } from '../context.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Longer than the broker keeps records. */
const eventDays = 30;
const deliveryDays = 90;
/** Longer than `eventDays`, because the notification of a reminder is what recognises its duplicates. */
const notificationDays = 365;

/**
 * Deletes old rows: the versions of closed tasks after 30 days, finished deliveries after 90
 * days, notifications after a year.
 */
export function createCleanUp({ database, clock, log }: NotificationContext): HourlyWorker {
  const ago = (days: number) => new Date(clock.now().getTime() - days * dayMs).toISOString();

  async function processAll(): Promise<void> {
    await sql`
      DELETE FROM notification_service.agenda
      WHERE due_date IS NULL AND changed_at < ${ago(eventDays)}::timestamptz`.execute(database);
    await sql`
      DELETE FROM notification_service.deliveries
      WHERE status <> 'waiting' AND created_at < ${ago(deliveryDays)}::timestamptz`.execute(database);
    await sql`
      DELETE FROM notification_service.notifications
      WHERE snoozed_until IS NULL AND created_at < ${ago(notificationDays)}::timestamptz`.execute(database);
  }

  return createHourlyWorker({ name: 'clean-up', processAll, log });
}
