import type { Transaction } from 'kysely';
import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import type { HandlingContext } from '@rondo/shared/messaging/consumer';
import type { NotificationContext } from '../../context.ts';
import type { Tables } from '../../store/tables.ts';
import { addNotifications } from '../commands/add-notifications.ts';
import { notificationOf } from '../domain/notification.ts';

/**
 * Adds a notification for each reminder, in the given transaction. The notification has the reminder's id, which makes
 * duplicates visible.
 * @returns what to do after the commit: report, and wake the workers
 */
export async function takeReminders(
  ctx: NotificationContext,
  events: ReminderEvent[],
  trx: Transaction<Tables>,
  { traceparents, passOver }: HandlingContext,
): Promise<() => void> {
  const now = ctx.clock.now();
  const notifications = events.map((event) => notificationOf(event, now));
  const added = await addNotifications(ctx, trx, notifications, {
    now,
    traceparents: Object.fromEntries(notifications.map(({ id }, index) => [id, traceparents[index]])),
  });
  return () => {
    passOver(events.length - added.size);
    for (const event of events) if (added.has(event.event_id)) report(ctx, event, now);
    ctx.wake.relay();
    ctx.wake.deliveries();
  };
}

function report(
  { log, metrics }: NotificationContext,
  { event_id, workspace_id, task_id, remind_at }: ReminderEvent,
  now: Date,
): void {
  metrics.lateness.observe(Math.max(0, now.getTime() - Date.parse(remind_at)) / 1000);
  log.debug({ event_id, notification_id: event_id, workspace_id, task_id }, 'a reminder is in the inbox');
}
