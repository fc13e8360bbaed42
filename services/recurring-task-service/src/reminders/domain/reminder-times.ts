import type { Reminder, Task } from '@rondo/shared/contracts/task';
import { wallOfText } from '@rondo/time/iso-8601';
import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import { instantOf, wallOf } from '@rondo/time/wall-clock';

/** Relative reminders of an all-day task count from this time of its day: "a day before" doesn't mean midnight. */
const timeOfAllDay = 'T09:00:00';

/** What decides when a task reminds. `person_zone`: the zone of an all-day task without a zone. */
export type RemindingTask = Pick<Task, 'due_date' | 'time_zone'> & { person_zone: string | null };

/**
 * The instants at which a task reminds, in milliseconds since 1970, in order, without duplicates. A relative reminder of a
 * task without a due date has none.
 */
export function reminderTimes({ reminders, ...task }: RemindingTask & Pick<Task, 'reminders'>): number[] {
  const times = reminders.flatMap((reminder) => reminderTime(reminder, task) ?? []);
  return [...new Set(times)].toSorted((left, right) => left - right);
}

/** The instant of one reminder, in milliseconds since 1970; null if it has none. */
export function reminderTime(reminder: Reminder, task: RemindingTask): number | null {
  if ('at' in reminder) return Date.parse(reminder.at);
  const { due_date: due, time_zone: zone, person_zone: personZone } = task;
  if (due === null) return null;
  if (due.length > 10) return instantBefore(Date.parse(due), reminder.before, zone);
  const zoneOfDay = zone ?? personZone;
  return instantBefore(instantOf(wallOfText(`${due}${timeOfAllDay}`), zoneOfDay), reminder.before, zoneOfDay);
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
