import type { Task } from '@rondo/shared/contracts/task';
import { dayMs } from '@rondo/time/units';
import { instantOfDate } from './due-instant.ts';

type Dates = Pick<Task, 'start' | 'due_date' | 'time_zone'>;

/**
 * Whether a start is after the due date. An all-day due date lasts until the end of its day, in the zone of the task, else in that of the
 * person.
 */
export function isStartAfterDue(
  { start, due_date: due, time_zone: zone }: Dates,
  personZone: string | null,
): boolean {
  if (start === null || due === null) return false;
  const zoneOfDay = zone ?? personZone;
  const begin = instantOfDate(due, zoneOfDay).getTime();
  const end = due.length > 10 ? begin : begin + dayMs - 1;
  return instantOfDate(start, zoneOfDay).getTime() > end;
}

/** The start of dates that moved. A clock change may put it behind the due date: then it is the due date. */
export function startWithin(dates: Dates, personZone: string | null): string | null {
  return isStartAfterDue(dates, personZone) ? dates.due_date : dates.start;
}
