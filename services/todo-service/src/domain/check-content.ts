import type { Task } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { checkTimeZone } from '@rondo/shared/http/time-input';
import { isStartAfterDue } from './start-and-due.ts';

/** @throws AppError 422 if the zone is unknown, or the task is its own parent */
export function checkContent({ time_zone: zone, id, parent_id: parent }: Task): void {
  checkTimeZone(zone);
  if (parent === id) throw invalidInput([{ field: 'parent_id', message: 'is the task itself' }]);
}

/**
 * Checks dates that a command sets: other commands may come from another zone, where an all-day date is another time.
 * @throws AppError 422 if the start is after the due date
 */
export function checkDates(task: Task, personZone: string | null): void {
  if (isStartAfterDue(task, personZone))
    throw invalidInput([{ field: 'start', message: 'is after due_date' }]);
}

/** Only reminders that a command sets are checked: a patch may remove the due date of a task and keep its reminders. */
export function checkReminders({ reminders, due_date: due }: Task): void {
  if (due === null && reminders.some((reminder) => 'before' in reminder))
    throw invalidInput([
      { field: 'reminders', message: 'has one before the due date, but due_date is not set' },
    ]);
}
