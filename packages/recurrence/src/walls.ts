import { periodsOf, setPositions } from './periods.ts';
import { isWithinDay } from './rule.ts';
import type { Rule } from './rule-parts.ts';
import { wallTimesWithinDay } from './library.ts';
import { secondsOfDay } from '@rondo/time/recurrence-calendar';

export type WallSeries = {
  rule: Rule;
  /** The wall-clock time that the series begins with, as seconds since 1970-01-01T00:00 on that clock. */
  anchor: number;
  /** Whether a short month gives its last day for a missing one. */
  clamp: boolean;
};

/**
 * The Gregorian calendar repeats after 400 years, weekdays included. So many periods without a day, whatever the
 * INTERVAL between them, have been through all that there are: no more is coming.
 */
const periodsOfCycle = { YEARLY: 400, MONTHLY: 4_800, WEEKLY: 20_871, DAILY: 146_097 };

/**
 * The wall-clock times of a rule, in order, as seconds on a clock that never changes: from the anchor and from `from`
 * on. COUNT and UNTIL are not looked at: they end instants, which walls become in a zone.
 */
export function wallTimes(series: WallSeries, from: number): Generator<number> {
  const { rule, anchor } = series;
  return isWithinDay(rule) ? wallTimesWithinDay(rule, anchor, from) : wallTimesOfDays(series, from);
}

function* wallTimesOfDays({ rule, anchor, clamp }: WallSeries, from: number): Generator<number> {
  const periods = periodsOf(rule, Math.floor(anchor / secondsOfDay), clamp);
  const times = timesOfDay(rule, anchor);
  const earliest = Math.max(anchor, from);
  const positions = rule.by_set_position;
  let empty = 0;
  const firstDay = Math.floor(earliest / secondsOfDay);
  for (let index = Math.max(0, periods.indexOf(firstDay)); ; index += 1) {
    const days = periods.daysOf(index);
    if (days === null || empty > periodsOfCycle[rule.frequency as 'DAILY']) return;
    // Days times times can be millions: they are walked through, never listed.
    const size = days.length * times.length;
    const picked = positions.length > 0 ? setPositions(positions, size) : null;
    const taken = picked?.length ?? size;
    empty = taken > 0 ? 0 : empty + 1;
    const skipped = picked === null ? days.filter((day) => day < firstDay).length * times.length : 0;
    for (let index = skipped; index < taken; index += 1) {
      const position = picked?.[index] ?? index;
      const day = days[Math.floor(position / times.length)] ?? 0;
      const wall = day * secondsOfDay + (times[position % times.length] ?? 0);
      if (wall >= earliest) yield wall;
    }
  }
}

/** The seconds of the day of BYHOUR, BYMINUTE and BYSECOND, the anchor's for what the rule does not say. */
function timesOfDay(rule: Rule, anchor: number): number[] {
  const time = anchor - Math.floor(anchor / secondsOfDay) * secondsOfDay;
  const hours = rule.by_hour.length > 0 ? rule.by_hour : [Math.floor(time / 3_600)];
  const minutes = rule.by_minute.length > 0 ? rule.by_minute : [Math.floor(time / 60) % 60];
  const seconds = rule.by_second.length > 0 ? rule.by_second : [time % 60];
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => hour * 3_600 + minute * 60 + second)),
  );
}
