import type { Task } from '@rondo/shared/contracts/task';
import { wallOfText } from '@rondo/time/iso-8601';
import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import { instantOf, wallOf } from '@rondo/time/wall-clock';

/** Relative reminders of an all-day task count from this time of its day: "a day before" doesn't mean midnight. */
const timeOfAllDay = 'T09:00:00';

/**
 * The instants at which a task reminds, in milliseconds since 1970, in order, without duplicates. A relative reminder of a
 * task without a due date has none.
 */
export function reminderTimes({
  reminders,
  due_date: due,
  time_zone: zone,
}: Pick<Task, 'reminders' | 'due_date' | 'time_zone'>): number[] {
  const dueAt = due === null ? null : dueInstant(due, zone);
  const times = reminders.flatMap((reminder) => {
    if ('at' in reminder) return [Date.parse(reminder.at)];
    return dueAt === null ? [] : [instantBefore(dueAt, reminder.before, zone)];
  });
  return [...new Set(times)].toSorted((left, right) => left - right);
}

function dueInstant(due: string, zone: string | null): number {
  return due.length > 10 ? Date.parse(due) : instantOf(wallOfText(`${due}${timeOfAllDay}`), zone);
}

const durationForm = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Days and weeks are those of the zone: a day before 09:00 is 09:00, even if the clock changes in between. */
function instantBefore(instant: number, duration: string, zone: string | null): number {
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = (
    durationForm.exec(duration) ?? []
  ).map((part) => Number(part ?? 0));
  const time = hours * hourMs + minutes * minuteMs + seconds * secondMs;
  const wholeDays = weeks * 7 + days;
  return (wholeDays === 0 ? instant : instantOf(wallOf(instant, zone) - wholeDays * dayMs, zone)) - time;
}
