import { dayOfDate, movedByDays } from '@rondo/time/iso-8601';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskContent } from './task.ts';

/** Days from an occurrence to its successor, on the calendar of the task's zone. */
export function daysUntil(dueDate: string, task: Task): number {
  const zone = task.time_zone ?? 'UTC';
  return dayOfDate(dueDate, zone) - dayOfDate(task.due_date ?? task.start ?? task.created_at, zone);
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
  const moved = (date: string | null) => (date === null ? null : movedByDays(date, days, zone));
  return {
    title: task.title,
    description: task.description,
    status: 'pending',
    priority: task.priority,
    labels: task.labels,
    list: task.list,
    parent_id,
    start: moved(task.start),
    due_date: moved(task.due_date),
    time_zone: task.time_zone,
    reminders: task.reminders.map((reminder) =>
      'at' in reminder ? { at: movedByDays(reminder.at, days, zone) } : reminder,
    ),
    recurrence_rule: task.recurrence_rule,
    recurrence_basis: task.recurrence_basis,
  };
}
