import { lastYear } from '@rondo/time/calendar';
import { dayOfDate, movedByDays, rfc3339, wallOfText } from '@rondo/time/iso-8601';
import { dayMs } from '@rondo/time/units';
import { instantOf } from '@rondo/time/wall-clock';
import type { Task } from '@rondo/shared/contracts/task';
import { startWithin } from './start-and-due.ts';
import type { TaskContent } from './task.ts';

/**
 * The date that Recurring gives a successor. Recurring may have counted a floating series in another zone than that of the
 * occurrence: what it wrote as wall clock counts.
 */
export function dateOfSuccessor(date: string, { is_floating: isFloating, time_zone: zone }: Task): string {
  if (isFloating !== true || date.length === 10) return date;
  return rfc3339(instantOf(wallOfText(date.slice(0, 19)), zone), zone);
}

/**
 * Days from an occurrence to its successor, on the calendar of the zone in which Recurring counted. Without a known one, the same time of
 * day is 23, 24 or 25 hours later for each day.
 */
export function daysUntil(dueDate: string, task: Task, personZone: string | null): number {
  const from = task.due_date ?? task.start ?? task.created_at;
  const zone = task.time_zone ?? personZone;
  if (zone === null && dueDate.length > 10 && from.length > 10)
    return Math.round((Date.parse(dueDate) - Date.parse(from)) / dayMs);
  return dayOfDate(dueDate, zone) - dayOfDate(from, zone);
}

/**
 * A date or an instant moved by days at the same time of day; null after the last usable year. A subtask and an absolute
 * reminder can be later than the occurrence, whose date always is usable.
 */
function movedDate(date: string, days: number, zone: string | null): string | null {
  const moved = movedByDays(date, days, zone);
  return /^[0-9]{4}-/.test(moved) && moved < String(lastYear + 1) ? moved : null;
}

export type PlaceOfSuccessor = {
  days: number;
  parent_id: string | null;
  personZone: string | null;
  due_date?: string;
};

/**
 * The content of a task in the next occurrence: pending, with its dates and absolute reminders moved by `days` at the same
 * time of day. Relative reminders follow the due date. `due_date`: that of the successor, if it is commanded. `personZone`: the zone of
 * a task that has none.
 */
export function contentOfSuccessor(
  task: Task,
  { days, parent_id, personZone, ...given }: PlaceOfSuccessor,
): TaskContent {
  const zone = task.time_zone ?? personZone;
  const moved = (date: string | null) => (date === null ? null : movedDate(date, days, zone));
  const due = given.due_date ?? moved(task.due_date);
  const hasLostDue = due === null && task.due_date !== null;
  const dates = { start: moved(task.start), due_date: due, time_zone: task.time_zone };
  return {
    title: task.title,
    description: task.description,
    status: 'pending',
    priority: task.priority,
    labels: task.labels,
    list: task.list,
    parent_id,
    ...dates,
    start: startWithin(dates, personZone),
    ...(task.is_floating === true ? { is_floating: true } : {}),
    reminders: task.reminders.flatMap((reminder): Task['reminders'] => {
      if (!('at' in reminder)) return hasLostDue ? [] : [reminder];
      const at = moved(reminder.at);
      return at === null ? [] : [{ at }];
    }),
    recurrence_rule: task.recurrence_rule,
    recurrence_basis: task.recurrence_basis,
    ...(task.exdates ? { exdates: task.exdates } : {}),
    ...(task.rdates ? { rdates: task.rdates } : {}),
    ...(task.rank === undefined ? {} : { rank: task.rank }),
  };
}
