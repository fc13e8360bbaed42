import { dayOfDate } from '@rondo/time/iso-8601';
import { instantOf, wallAt } from '@rondo/time/wall-clock';

/** The instant at which a date or date-time begins: an all-day date at midnight in its zone (UTC without one). */
export function instantOfDate(date: string, timeZone: string | null): Date {
  if (date.length > 10) return new Date(date);
  return new Date(instantOf(wallAt(dayOfDate(date, timeZone)), timeZone));
}
