import type { Notification } from '@rondo/shared/contracts/notification';
import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { describeDue } from './describe-due.ts';

/** A notification that nobody has read, dismissed or snoozed yet. */
export type NewNotification = Omit<Notification, 'read_at' | 'dismissed_at' | 'snoozed_until'>;

/** The notification of a reminder. It has the event's id, so that one event makes one notification. */
export function notificationOf(event: ReminderEvent, now: Date): NewNotification {
  const { due_date: due, time_zone: zone, list } = event.payload;
  const lines = [
    ...(due === null ? [] : [`Due ${describeDue(due, zone)}`]),
    ...(list === null ? [] : [`List: ${list}`]),
    ...(event.is_late
      ? [`This reminder is late. It was set for ${describeDue(event.remind_at, zone)}.`]
      : []),
  ];
  return {
    id: event.event_id,
    workspace_id: event.workspace_id,
    kind: 'reminder',
    task_id: event.task_id,
    title: event.payload.title,
    body: lines.join('\n'),
    due_date: due,
    remind_at: event.remind_at,
    lateness_ms: event.lateness_ms,
    is_late: event.is_late,
    created_at: now.toISOString(),
  };
}
