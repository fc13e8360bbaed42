import type { Task } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { checkTimeZone } from '@rondo/shared/http/time-input';
import { instantOfDate } from './due-instant.ts';

/** @throws AppError 422 if the dates, the zone or the parent of a task contradict each other */
export function checkContent({ time_zone: zone, start, due_date: due, id, parent_id: parent }: Task): void {
  checkTimeZone(zone);
  if (start !== null && due !== null && instantOfDate(start, zone) > endOf(due, zone)) {
    throw invalidInput([{ field: 'start', message: 'is after due_date' }]);
  }
  if (parent === id) throw invalidInput([{ field: 'parent_id', message: 'is the task itself' }]);
}

/** Only reminders that a command sets are checked: a patch may remove the due date of a task and keep its reminders. */
export function checkReminders({ reminders, due_date: due }: Task): void {
  if (due === null && reminders.some((reminder) => 'before' in reminder))
    throw invalidInput([
      { field: 'reminders', message: 'has one before the due date, but due_date is not set' },
    ]);
}

const dayMs = 24 * 60 * 60 * 1000;

/** An all-day due date lasts until the end of its day. */
function endOf(due: string, zone: string | null): Date {
  const begin = instantOfDate(due, zone);
  return due.length > 10 ? begin : new Date(begin.getTime() + dayMs - 1);
}
