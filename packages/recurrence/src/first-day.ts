import type { Day } from '@rondo/time/calendar';
import { setPositions } from './day-filters.ts';
import { periodsOf } from './periods.ts';
import type { Rule } from './rule.ts';

/** Leap days are at most eight years apart. */
const maxDays = 8 * 366 + 1;

/**
 * The first day on or after `from` that a series with this rule, DAILY to YEARLY, can start on: `from` itself if the
 * rule names no day. INTERVAL, COUNT and UNTIL have no effect.
 * @returns undefined if there is none within eight years
 */
export function firstDayOf(rule: Rule, from: Day): Day | undefined {
  const periods = periodsOf({ ...rule, interval: 1 }, from, false);
  const last = periods.indexOf(from + maxDays);
  for (let index = 0; index <= last; index += 1) {
    const days = periods.daysOf(index) ?? [];
    const positions = rule.bySetPosition;
    const found =
      positions.length === 0
        ? days.find((day) => day >= from)
        : setPositions(positions, days.length)
            .map((position) => days[position] ?? 0)
            .find((day) => day >= from);
    if (found !== undefined) return found;
  }
  return undefined;
}
