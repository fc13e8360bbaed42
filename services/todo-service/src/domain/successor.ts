import { lastYear } from '@rondo/time/calendar';
import { dayOfDate, movedByDays } from '@rondo/time/iso-8601';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskContent } from './task.ts';

/** Days from an occurrence to its successor, on the calendar of the task's zone. */
export function daysUntil(dueDate: string, task: Task): number {
  const zone = task.time_zone ?? 'UTC';
  return dayOfDate(dueDate, zone) - dayOfDate(task.due_date ?? task.start ?? task.created_at, zone);
}

/**
 * A date or an instant moved by days at the same time of day; null after the last usable year. A subtask and an absolute
 * reminder can be later than the occurrence, whose date always is usable.
 */
function movedDate(date: string, days: number, zone: string): string | null {
  const moved = movedByDays(date, days, zone);
  return /^[0-9]{4}-/.test(moved) && moved < String(lastYear + 1) ? moved : null;
}

/**
 * The content of a task in the next occurrence: pending, with its dates and absolute reminders moved by `days` at the same
 * time of day. Relative reminders follow the due date.
 */
export function contentOfSuccessor(
  task: Task,
  { days, parent_id }: { days: number; parent_id: string | null },
): TaskContent {
  const zone = task.time_zone ?? 'UTC';
  const moved = (date: string | null) => (date === null ? null : movedDate(date, days, zone));
  const due = moved(task.due_date);
  const hasLostDue = due === null && task.due_date !== null;
  return {
    title: task.title,
    description: task.description,
    status: 'pending',
    priority: task.priority,
    labels: task.labels,
    list: task.list,
    parent_id,
    start: moved(task.start),
    due_date: due,
    time_zone: task.time_zone,
    reminders: task.reminders.flatMap((reminder): Task['reminders'] => {
      if (!('at' in reminder)) return hasLostDue ? [] : [reminder];
      const at = moved(reminder.at);
      return at === null ? [] : [{ at }];
    }),
    recurrence_rule: task.recurrence_rule,
    recurrence_basis: task.recurrence_basis,
  };
}
