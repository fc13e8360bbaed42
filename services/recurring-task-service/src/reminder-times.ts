import type { Task } from '@rondo/shared/contracts/task';
import { Temporal } from 'temporal-polyfill';
import { wallOf } from '@rondo/time/recurrence-moment';
import { instantOf, zoneOf } from '@rondo/time/recurrence-zone';

/** An all-day task's relative reminders count from this time on its day: people mean the day, not midnight. */
const morningOfAllDay = 'T09:00:00';

/**
 * When a task reminds: instants as milliseconds since 1970, in order, each once. A relative reminder of a task that is
 * not due is none.
 */
export function reminderTimes({
  reminders,
  due_date: due,
  time_zone: zone,
}: Pick<Task, 'reminders' | 'due_date' | 'time_zone'>): number[] {
  const dueAt = due === null ? null : dueInstant(due, zone);
  const times = reminders.flatMap((reminder) => {
    if ('at' in reminder) return [Date.parse(reminder.at)];
    return dueAt === null ? [] : [before(dueAt, reminder.before, zone)];
  });
  return [...new Set(times)].toSorted((left, right) => left - right);
}

function dueInstant(due: string, zone: string | null): number {
  if (due.length > 10) return Date.parse(due);
  return instantOf(wallOf(`${due}${morningOfAllDay}`), zoneOf(zone)) * 1_000;
}

/** Days and weeks are the zone's: a day before 09:00 is 09:00, whatever the clock did meanwhile. */
function before(instant: number, duration: string, zone: string | null): number {
  return Temporal.Instant.fromEpochMilliseconds(instant)
    .toZonedDateTimeISO(zone ?? 'UTC')
    .subtract(Temporal.Duration.from(duration)).epochMilliseconds;
}
