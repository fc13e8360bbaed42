import { sql } from 'kysely';
import { keptAnswerRetention } from '@rondo/shared/database/kept-answers';
import { dayMs, expiringTable } from '@rondo/shared/workers/expiring-table';
import type { Retention } from '@rondo/shared/workers/retention';
import type { NotificationContext } from '../context.ts';
import { trimmedInboxes } from '../inbox/store/trim-inboxes.ts';
import { schema } from '../store/tables.ts';

/** Longer than the broker keeps records. */
const closedTaskDays = 30;
const deliveryDays = 90;
/** The notification of a reminder is what recognises its duplicates. */
const notificationDays = 365;

/**
 * The retentions of Notification's tables: answers of Idempotency-Keys, versions of closed tasks, followed tasks that are closed,
 * finished deliveries, and notifications, also those that are too many. A followed task outlives the entries that name it.
 */
export function retentions({ database }: Pick<NotificationContext, 'database'>): Retention[] {
  return [
    keptAnswerRetention(database, schema),
    expiringTable(database, {
      schema,
      table: 'agenda',
      keptMs: closedTaskDays * dayMs,
      by: sql<string>`changed_at`,
      where: sql<boolean>`due_date IS NULL`,
    }),
    expiringTable(database, {
      schema,
      table: 'followed_tasks',
      keptMs: notificationDays * dayMs,
      by: sql<string>`changed_at`,
      where: sql<boolean>`state <> 'open'`,
    }),
    expiringTable(database, {
      schema,
      table: 'deliveries',
      keptMs: deliveryDays * dayMs,
      by: sql<string>`created_at`,
      where: sql<boolean>`status <> 'waiting'`,
    }),
    expiringTable(database, {
      schema,
      table: 'notifications',
      keptMs: notificationDays * dayMs,
      by: sql<string>`created_at`,
      where: sql<boolean>`snoozed_until IS NULL`,
    }),
    trimmedInboxes(database),
  ];
}
