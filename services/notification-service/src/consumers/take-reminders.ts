import type { Transaction } from 'kysely';
import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import type { Traces } from '../announcement.ts';
import { addNotifications } from '../commands/add-notifications.ts';
import type { NotificationContext } from '../context.ts';
import { notificationOf } from '../notification.ts';
import type { Tables } from '../tables.ts';

/** Makes an entry of each reminder, in the given transaction. The remote channels are served after its commit. */
export async function takeReminders(
  ctx: NotificationContext,
  events: ReminderEvent[],
  trx: Transaction<Tables>,
  { traceparents }: { traceparents: (string | undefined)[] },
): Promise<void> {
  const now = ctx.clock.now();
  const entries = events.map((event) => notificationOf(event, now));
  const added = await addNotifications(ctx, trx, entries, { now, traces: tracesOf(events, traceparents) });
  for (const { event_id, workspace_id, task_id, remind_at } of events.filter(({ event_id: id }) =>
    added.has(id),
  )) {
    ctx.metrics.lateness.observe(Math.max(0, now.getTime() - Date.parse(remind_at)) / 1000);
    ctx.log.debug(
      { event_id, notification_id: event_id, workspace_id, task_id },
      'a reminder is in the inbox',
    );
  }
}

/** A nudge tells of many events: it belongs to the trace of the first one. */
function tracesOf(events: ReminderEvent[], traceparents: (string | undefined)[]): Traces {
  const traces: Traces = {};
  for (const [index, { workspace_id: id }] of events.entries()) traces[id] ??= traceparents[index];
  return traces;
}
