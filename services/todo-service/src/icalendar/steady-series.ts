import type { Series } from '@rondo/recurrence/occurrences';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { isWithinDay } from '@rondo/recurrence/rule';
import { dayMs } from '@rondo/time/units';
import { wallOf } from '@rondo/time/wall-clock';
import { firstOffsetChange, offsetMs } from '@rondo/time/zone';
import type { Years } from './time.ts';

/** The times of day that a zone's clock skips once, in milliseconds since midnight. `last` is exclusive. */
export type Gap = { first: number; last: number };
export type GapsOf = (zone: string) => Gap[];

/** No zone changes its offset and back within a week. */
const strideMs = 7 * dayMs;

/** Finds the gaps of zones in some years, of each zone once. */
export function openGaps({ first, last }: Years): GapsOf {
  const known = new Map<string, Gap[]>();
  return (zone) => {
    const found = known.get(zone) ?? gapsBetween(Date.UTC(first, 0, 1), Date.UTC(last + 1, 0, 1), zone);
    known.set(zone, found);
    return found;
  };
}

function gapsBetween(begin: number, end: number, zone: string): Gap[] {
  const found: Gap[] = [];
  for (let from = begin; from < end; from += strideMs) {
    const change = firstOffsetChange(from, from + strideMs, zone);
    if (change === undefined) continue;
    const [before, after] = [offsetMs(from, zone), offsetMs(change, zone)];
    const first = (((change + before) % dayMs) + dayMs) % dayMs;
    if (after > before) found.push({ first, last: first + after - before });
  }
  return found;
}

/**
 * Whether neither a month nor the clock can move a date of the series, and none is left out or added: then strict readers of
 * RFC 5545 agree with the product without limit if they do for some dates.
 */
export function isSteady(series: Series, dates: string[], gapsOf: GapsOf): boolean {
  if (series.exdates.length > 0 || series.rdates.length > 0) return false;
  const rule = parseRule(series.rule);
  const { byYearDay, byWeekNumber, bySetPosition, byMonthDay, byHour, byMinute, bySecond } = rule;
  const unsteady = [byYearDay, byWeekNumber, bySetPosition, byHour, byMinute, bySecond];
  if (isWithinDay(rule) || unsteady.some(({ length }) => length > 0)) return false;
  const isOfMonth = rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY';
  const days = [...byMonthDay, ...(isOfMonth ? [Number(series.anchor.slice(8, 10))] : [])];
  return (
    days.every((day) => Math.abs(day) <= 28) && dates.every((date) => !isInGap(date, series.timeZone, gapsOf))
  );
}

function isInGap(date: string, zone: string | null, gapsOf: GapsOf): boolean {
  if (date.length === 10 || zone === null || zone === 'UTC') return false;
  const time = ((wallOf(Date.parse(date), zone) % dayMs) + dayMs) % dayMs;
  return gapsOf(zone).some(({ first, last }) =>
    [time, time + dayMs].some((one) => one >= first && one < last),
  );
}
