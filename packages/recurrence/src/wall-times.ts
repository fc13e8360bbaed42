import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import type { Wall } from '@rondo/time/wall-clock';
import { setPositions } from './day-filters.ts';
import { periodsOf } from './periods.ts';
import { greatestCommonDivisor } from './greatest-common-divisor.ts';
import { isWithinDay, type Rule } from './rule.ts';
import type { StepBudget } from './step-budget.ts';
import { wallTimesWithinDay } from './within-day.ts';

export type WallSeries = {
  rule: Rule;
  /** The first date of the series. */
  anchor: Wall;
  /** Whether a month without the date has its last day instead. */
  clamp: boolean;
};

/**
 * The wall times of a rule in order, from the anchor and from `from` on. COUNT and UNTIL have no effect here: they end
 * instants, which wall times become in a zone.
 * @throws RuleError if the budget is used up
 */
export function wallTimes(series: WallSeries, from: Wall, budget: StepBudget): Generator<Wall> {
  const { rule, anchor } = series;
  return isWithinDay(rule)
    ? wallTimesWithinDay(rule, { anchor, from, budget })
    : wallTimesOfDays(series, from, budget);
}

function* wallTimesOfDays(
  { rule, anchor, clamp }: WallSeries,
  from: Wall,
  budget: StepBudget,
): Generator<Wall> {
  const periods = periodsOf(rule, Math.floor(anchor / dayMs), clamp);
  const times = timesOfDay(rule, anchor);
  const earliest = Math.max(anchor, from);
  const positions = rule.bySetPosition;
  // The times of one day are all that BYSETPOS selects from.
  if (rule.frequency === 'DAILY' && selectsNone(positions, times.count)) return;
  const cycle = periodsUntilRepetition(rule);
  let index = Math.max(0, periods.indexOf(Math.floor(earliest / dayMs)));
  for (let lastWithTimes = index; ; index = periods.after(index)) {
    budget.spend(periods.steps + positions.length);
    const days = periods.daysOf(index);
    if (days === null || index - lastWithTimes > cycle) return;
    // Days times times can be millions: they are counted and computed, never listed.
    const size = days.length * times.count;
    const selected = positions.length > 0 ? setPositions(positions, size) : null;
    const count = selected?.length ?? size;
    const wallOf = (n: number) => {
      const position = selected?.[n] ?? n;
      return (days[Math.floor(position / times.count)] ?? 0) * dayMs + times.at(position % times.count);
    };
    const isWhole = (days[0] ?? 0) * dayMs >= earliest;
    for (let n = isWhole ? 0 : firstIndex(count, (one) => wallOf(one) >= earliest); n < count; n += 1) {
      budget.spend(1);
      yield wallOf(n);
    }
    if (count > 0) lastWithTimes = index;
  }
}

function selectsNone(positions: number[], size: number): boolean {
  return positions.length > 0 && setPositions(positions, size).length === 0;
}

/**
 * The Gregorian calendar repeats after 400 years, weekdays included. If this number of periods, each INTERVAL after the
 * one before, has no day, then no period has one.
 */
function periodsUntilRepetition({ frequency, interval }: Rule): number {
  const periods = { YEARLY: 400, MONTHLY: 4_800, WEEKLY: 20_871, DAILY: 146_097 }[frequency as 'DAILY'];
  return periods / greatestCommonDivisor(periods, interval);
}

/** The first index below `count` at which a condition is true that stays true from there on; `count` if there is none. */
function firstIndex(count: number, isTrue: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Times of a day in order, in milliseconds since midnight. */
type TimesOfDay = { count: number; at: (index: number) => number };

/** The times of BYHOUR, BYMINUTE and BYSECOND; those of the anchor for absent parts. There can be 86,400. */
function timesOfDay(rule: Rule, anchor: Wall): TimesOfDay {
  const time = Math.floor((anchor - Math.floor(anchor / dayMs) * dayMs) / secondMs);
  const hours = rule.byHour.length > 0 ? rule.byHour : [Math.floor(time / 3_600)];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(time / 60) % 60];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [time % 60];
  const inHour = minutes.length * seconds.length;
  return {
    count: hours.length * inHour,
    at: (index) =>
      (hours[Math.floor(index / inHour)] ?? 0) * hourMs +
      (minutes[Math.floor(index / seconds.length) % minutes.length] ?? 0) * minuteMs +
      (seconds[index % seconds.length] ?? 0) * secondMs,
  };
}
