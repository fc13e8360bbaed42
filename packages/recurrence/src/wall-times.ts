import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import type { Wall } from '@rondo/time/wall-clock';
import { setPositions } from './day-filters.ts';
import { periodsOf } from './periods.ts';
import { isWithinDay, type Rule } from './rule.ts';
import { wallTimesWithinDay } from './within-day.ts';

export type WallSeries = {
  rule: Rule;
  /** The first date of the series. */
  anchor: Wall;
  /** Whether a month without the date has its last day instead. */
  clamp: boolean;
};

/**
 * The Gregorian calendar repeats after 400 years, weekdays included. If this number of periods has no day, whatever the
 * INTERVAL, then no period has one.
 */
const periodsOfCycle = { YEARLY: 400, MONTHLY: 4_800, WEEKLY: 20_871, DAILY: 146_097 };

/**
 * The wall times of a rule in order, from the anchor and from `from` on. COUNT and UNTIL have no effect here: they end
 * instants, which wall times become in a zone.
 */
export function wallTimes(series: WallSeries, from: Wall): Generator<Wall> {
  const { rule, anchor } = series;
  return isWithinDay(rule) ? wallTimesWithinDay(rule, anchor, from) : wallTimesOfDays(series, from);
}

function* wallTimesOfDays({ rule, anchor, clamp }: WallSeries, from: Wall): Generator<Wall> {
  const periods = periodsOf(rule, Math.floor(anchor / dayMs), clamp);
  const times = timesOfDay(rule, anchor);
  const earliest = Math.max(anchor, from);
  const positions = rule.bySetPosition;
  let empty = 0;
  const firstDay = Math.floor(earliest / dayMs);
  for (let index = Math.max(0, periods.indexOf(firstDay)); ; index += 1) {
    const days = periods.daysOf(index);
    if (days === null || empty > periodsOfCycle[rule.frequency as 'DAILY']) return;
    // Days times times can be millions: they are iterated, never listed.
    const size = days.length * times.length;
    const selected = positions.length > 0 ? setPositions(positions, size) : null;
    const count = selected?.length ?? size;
    empty = count > 0 ? 0 : empty + 1;
    const skipped = selected === null ? days.filter((day) => day < firstDay).length * times.length : 0;
    for (let n = skipped; n < count; n += 1) {
      const position = selected?.[n] ?? n;
      const day = days[Math.floor(position / times.length)] ?? 0;
      const wall = day * dayMs + (times[position % times.length] ?? 0);
      if (wall >= earliest) yield wall;
    }
  }
}

/** The times of day of BYHOUR, BYMINUTE and BYSECOND in milliseconds; those of the anchor for absent parts. */
function timesOfDay(rule: Rule, anchor: Wall): number[] {
  const time = Math.floor((anchor - Math.floor(anchor / dayMs) * dayMs) / secondMs);
  const hours = rule.byHour.length > 0 ? rule.byHour : [Math.floor(time / 3_600)];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(time / 60) % 60];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [time % 60];
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) =>
      seconds.map((second) => hour * hourMs + minute * minuteMs + second * secondMs),
    ),
  );
}
