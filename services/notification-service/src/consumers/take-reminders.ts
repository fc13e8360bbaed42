import type { Transaction } from 'kysely';
import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import type { HandlingContext } from '@rondo/shared/messaging/consumer';
import { addNotifications } from '../commands/add-notifications.ts';
import type { NotificationContext } from '../context.ts';
import { notificationOf } from '../notification.ts';
import type { Tables } from '../tables.ts';

/**
 * Makes an entry of each reminder, in the given transaction: under the reminder's id, so that it is known again.
 * @returns what is to be done once that is committed: nudges and the remote channels are served then
 */
export async function takeReminders(
  ctx: NotificationContext,
  events: ReminderEvent[],
  trx: Transaction<Tables>,
  { traceparents, passOver }: HandlingContext,
): Promise<() => void> {
  const now = ctx.clock.now();
  const entries = events.map((event) => notificationOf(event, now));
  const traces = Object.fromEntries(entries.map(({ id }, index) => [id, traceparents[index]]));
  const added = await addNotifications(ctx, trx, entries, { now, traces });
  return () => {
    passOver(events.length - added.size);
    for (const event of events) if (added.has(event.event_id)) tell(ctx, event, now);
    ctx.wake.relay();
    ctx.wake.deliveries();
  };
}

/** One event of the business, its log line and its measure together. */
function tell(
  { log, metrics }: NotificationContext,
  { event_id, workspace_id, task_id, remind_at }: ReminderEvent,
  now: Date,
): void {
  metrics.lateness.observe(Math.max(0, now.getTime() - Date.parse(remind_at)) / 1000);
  log.debug({ event_id, notification_id: event_id, workspace_id, task_id }, 'a reminder is in the inbox');
}
