import type { Notification } from '@rondo/shared/contracts/notification';
import type { ReminderEvent } from '@rondo/shared/contracts/reminder-event';
import { describeDue } from './describe-due.ts';

/** A notification that nobody has read, dismissed or snoozed yet. */
export type NewNotification = Omit<
  Notification,
  'notification_type' | 'status' | 'read_at' | 'dismissed_at' | 'snoozed_until' | 'settled'
>;

/** The notification of a reminder. It has the event's id, so that one event makes one notification. */
export function notificationOf(event: ReminderEvent, now: Date): NewNotification {
  const { due_date: due, time_zone: zone, list } = event.payload;
  const lines = [
    ...dueLines(due, zone),
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

/** What an entry shows of its task. */
export type Shown = Pick<Notification, 'title' | 'body' | 'due_date'>;

/** The task of an entry as it is now: all null if it isn't followed, or if no event of it was processed yet. */
export type PresentTask = {
  presentTitle: string | null;
  presentDue: string | null;
  presentZone: string | null;
};

/** An entry with the present title and due date of its task. */
export function asPresent<Entry extends Shown>(entry: Entry, task: PresentTask): Entry {
  const { presentTitle: title, presentDue: due, presentZone: zone } = task;
  if (title === null) return entry;
  return {
    ...entry,
    title,
    due_date: due,
    body: due === entry.due_date ? entry.body : bodyWithDue(entry, due, zone),
  };
}

/** The due date is the first line of a body, if the entry has one. */
function bodyWithDue({ body, due_date: before }: Shown, due: string | null, zone: string | null): string {
  const lines = body === '' ? [] : body.split('\n');
  return [...dueLines(due, zone), ...(before === null ? lines : lines.slice(1))].join('\n');
}

function dueLines(due: string | null, zone: string | null): string[] {
  return due === null ? [] : [`Due ${describeDue(due, zone)}`];
}
