import { sql, type RawBuilder } from 'kysely';
import { isoDate } from '@rondo/time/calendar';
import { dayOfDate } from '@rondo/time/iso-8601';
import { hourMs } from '@rondo/time/units';
import { instantOf, wallAt } from '@rondo/time/wall-clock';
import { instantOfDate } from '../domain/due-instant.ts';

type Condition = RawBuilder<unknown>;
type Comparison = '>=' | '<';

/** No zone is further from UTC (RFC 3339 offsets of the contract). */
const furthestZoneMs = 14 * hourMs;

/** Tasks that are due from a date or an instant on. A date is a day of the person's zone. */
export function dueFrom(bound: string, timeZone: string): Condition {
  return due('>=', bound, timeZone);
}

/** Tasks that are due before a date or an instant. A date is a day of the person's zone. */
export function dueUntil(bound: string, timeZone: string): Condition {
  return due('<', bound, timeZone);
}

/** Tasks that were completed from a date or an instant on. */
export function completedFrom(bound: string, timeZone: string): Condition {
  return sql`completed_at >= ${instantOfDate(bound, timeZone).toISOString()}::timestamptz`;
}

/** Tasks that were completed before a date or an instant. */
export function completedUntil(bound: string, timeZone: string): Condition {
  return sql`completed_at < ${instantOfDate(bound, timeZone).toISOString()}::timestamptz`;
}

/**
 * A timed task is compared by its instant. An all-day task is compared by its date with a date. With an instant, it begins at
 * midnight in its own zone, or in the person's if it has none. `due_at` of the latter is midnight UTC, so that a wider condition
 * on it, which an index supports, comes first.
 */
function due(comparison: Comparison, bound: string, timeZone: string): Condition {
  const is = sql.raw(comparison);
  const at = instantOfDate(bound, timeZone);
  const isDate = bound.length === 10;
  const utc = isDate ? instantOfDate(bound, null) : at;
  const wide = new Date(utc.getTime() + (comparison === '<' ? furthestZoneMs : -furthestZoneMs));
  const instant = sql`due_at ${is} ${at.toISOString()}::timestamptz`;
  const allDay = isDate
    ? sql`WHEN due_on IS NOT NULL THEN due_on ${is} ${bound}::date`
    : allDayAt(is, bound, timeZone);
  return sql`due_at ${is} ${wide.toISOString()}::timestamptz AND CASE ${allDay} ELSE ${instant} END`;
}

/** All-day tasks without a zone, near an instant. Those further away are on the same side of it in every zone. */
function allDayAt(is: RawBuilder<unknown>, bound: string, timeZone: string): Condition {
  const day = dayOfDate(bound, timeZone);
  const isMidnight = instantOf(wallAt(day), timeZone) >= Date.parse(bound);
  // The first day that begins at the instant or later.
  const first = isoDate(isMidnight ? day : day + 1);
  return sql`
    WHEN due_on BETWEEN ${first}::date - 2 AND ${first}::date + 2 AND task ->> 'time_zone' IS NULL
    THEN due_on ${is} ${first}::date`;
}
