import { sql, type RawBuilder } from 'kysely';
import type { Notification, NotificationStatus } from '@rondo/shared/contracts/notification';
import { readAtOf, settledOf } from '../../store/settled-entries.ts';
import type { NotificationRow } from '../../store/tables.ts';

/** A notification with its `statusOf`. */
export type ShownRow = NotificationRow & { status: NotificationStatus };

/**
 * The status of a notification, from its deliveries since it last appeared in the inbox, which an index finds.
 * @param notification the name of a row of `notifications`
 */
export function statusOf(notification: string): RawBuilder<unknown> {
  return sql`(
    SELECT CASE WHEN bool_or(delivery.status = 'waiting') THEN 'pending'
                WHEN bool_or(delivery.status = 'failed') THEN 'failed' ELSE 'sent' END
    FROM notification_service.deliveries AS delivery
    WHERE delivery.notification_id = ${sql.ref(`${notification}.id`)}
      AND delivery.created_at >= ${sql.ref(`${notification}.appeared_at`)}
  )`;
}

/**
 * The columns of a notification as it is shown.
 * @param notification the name of a row of `notifications`
 */
export function shownColumns(notification: string): RawBuilder<unknown> {
  const own = [
    'id',
    'workspace_id',
    'kind',
    'task_id',
    'title',
    'body',
    'due_date',
    'remind_at',
    'lateness_ms',
    'is_late',
    'created_at',
    'appeared_at',
    'dismissed_at',
    'snoozed_until',
  ].map((column) => sql.ref(`${notification}.${column}`));
  return sql`${sql.join(own)}, ${sql.raw(readAtOf(notification))} AS read_at, ${sql.raw(settledOf(notification))} AS settled`;
}

/** A row as the API shows it: without the column that only orders the inbox. */
export function toNotification({ appeared_at: _appearedAt, ...notification }: ShownRow): Notification {
  return { ...notification, notification_type: notification.kind };
}
