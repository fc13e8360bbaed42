import type { Transaction } from 'kysely';
import { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { topics } from '@rondo/shared/contracts/topics';
import type { HandlingContext } from '@rondo/shared/messaging/consumer';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import { logEffects } from '@rondo/shared/observability/log-effects';
import type { NotificationContext } from '../../context.ts';
import type { Tables } from '../../store/tables.ts';
import { addNotifications } from '../commands/add-notifications.ts';
import { notificationOf } from '../domain/notification.ts';

/** Adds reminders to the inbox. The notification's id, not the event inbox, makes duplicates visible. */
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
 * Adds a notification for each reminder, in the given transaction. The notification has the reminder's id, which makes
 * duplicates visible.
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
  const added = await addNotifications(ctx, trx, notifications, {
    now,
    traceparents: Object.fromEntries(notifications.map(({ id }, index) => [id, traceparents[index]])),
  });
  return () => {
    passOver(events.length - added.size);
    report(
      ctx,
      events.filter(({ event_id: id }) => added.has(id)),
      now,
    );
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
