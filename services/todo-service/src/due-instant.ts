import { instantOf } from '@rondo/shared/contracts/wall-clock';

const dayMs = 24 * 60 * 60 * 1000;

/** The instant at which a date or date-time begins: an all-day date at midnight in its zone (UTC without one). */
export function instantOfDate(date: string, timeZone: string | null): Date {
  if (date.length > 10) return new Date(date);
  const day = Date.parse(`${date}T00:00:00Z`) / dayMs;
  return new Date(instantOf({ day, minute: 0 }, timeZone ?? 'UTC'));
}
