import type { Transaction } from 'kysely';
import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { topics } from '@rondo/shared/contracts/topics';
import type { HandlingContext } from '@rondo/shared/messaging/consumer';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { logEffects } from '@rondo/shared/observability/log-effects';
import type { NotificationContext } from '../../context.ts';
import type { Tables } from '../../store/tables.ts';
import { addNotifications } from '../commands/add-notifications.ts';
import { notificationOf, type NewNotification } from '../domain/notification.ts';
import { admitNotifications } from '../store/admit-notifications.ts';

/**
 * Adds reminders to the inbox. The notification's id makes duplicates visible; the event inbox has only the ids of those without a
 * notification.
 */
export const reminderConsumer = consume({
  topic: topics.reminders,
  event: ReminderEvent,
  bulk: { maxAwaitMs: 10 },
  knownBy: 'effect',
  handle: async (ctx: NotificationContext, events, trx: Transaction<Tables>, handling) => ({
    afterCommit: await takeReminders(ctx, events, trx, handling),
  }),
});

/**
 * Adds a notification for each reminder, in the given transaction, up to the quota of the day. The notification has the reminder's id,
 * which makes duplicates visible.
 * @returns what to do after the commit: report, and wake the workers
 */
async function takeReminders(
  ctx: NotificationContext,
  events: ReminderEvent[],
  trx: Transaction<Tables>,
  { traceparents, passOver }: HandlingContext,
): Promise<() => void> {
  const now = ctx.clock.now();
  const notifications = events.map((event) => notificationOf(event, now));
  const { admitted, refused } = await admitNotifications(trx, notifications, now);
  const added = await addNotifications(ctx, trx, admitted, {
    now,
    traceparents: Object.fromEntries(notifications.map(({ id }, index) => [id, traceparents[index]])),
  });
  return () => {
    const arrived = events.filter(({ event_id: id }) => added.has(id));
    passOver(events.length - arrived.length - refused.length);
    report(ctx, arrived, now);
    reportRefused(ctx, refused);
    ctx.wake.relay();
    ctx.wake.deliveries();
  };
}

function report({ log, metrics }: NotificationContext, added: ReminderEvent[], now: Date): void {
  for (const { remind_at: at } of added)
    metrics.lateness.observe(Math.max(0, now.getTime() - Date.parse(at)) / 1000);
  logEffects(
    log,
    'a reminder is in the inbox',
    added.map(({ event_id, workspace_id, task_id }) => ({
      event_id,
      notification_id: event_id,
      workspace_id,
      task_id,
    })),
  );
}

function reportRefused({ log }: NotificationContext, refused: NewNotification[]): void {
  for (const [workspaceId, { length: reminders }] of Map.groupBy(refused, ({ workspace_id: id }) => id))
    log.warn({ workspace_id: workspaceId, reminders }, 'an inbox has had its notifications of the day');
}
