import { dayOfDate } from '@rondo/time/iso-8601';
import { instantOf, wallAt } from '@rondo/time/wall-clock';

/** The instant at which a date or date-time begins: for an all-day date, midnight in its zone (UTC without a zone). */
export function instantOfDate(date: string, timeZone: string | null): Date {
  if (date.length > 10) return new Date(date);
  return new Date(instantOf(wallAt(dayOfDate(date, timeZone)), timeZone));
}
