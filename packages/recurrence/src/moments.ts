import { dayMs } from '@rondo/time/units';
import { firstInstantOf, instantOf, type Wall } from '@rondo/time/wall-clock';
import type { Zone } from '@rondo/time/zone';
import { positionOf, RuleError } from './rule-error.ts';
import { isWithinDay, type Rule } from './rule.ts';
import { wallTimes } from './wall-times.ts';

/** What the moments of a rule depend on. `until` is an instant, inclusive. */
export type MomentSource = {
  /** The rule as it was written. Errors point into it. */
  text: string;
  rule: Rule;
  anchor: Wall;
  zone: Zone;
  until: number;
  /** Whether a time that the clock skips has no occurrence. */
  skipsGap: boolean;
  /** Whether a month without the date has its last day instead. */
  clamp: boolean;
};

/**
 * The longest distance from a wall time to its instant, both read as numbers: less than a day for the offset, and a day
 * for the longest gap, that of Pacific/Apia.
 */
const maxDistance = 2 * dayMs;

/** How many occurrences COUNT is counted for: 270 years of days, half a second of the library's time. */
const maxCount = { days: 100_000, withinDay: 20_000 };

/**
 * The moments of a rule after `start`, strictly increasing, up to COUNT and UNTIL.
 * @throws RuleError if the rule never matches, or COUNT is too large to be counted
 */
export function* momentsOf(source: MomentSource, start: number): Generator<number> {
  const { rule, until } = source;
  // COUNT counts from the anchor. Without it the periods before the start are skipped.
  const from = rule.count === null ? start - maxDistance : -Infinity;
  const max = isWithinDay(rule) ? maxCount.withinDay : maxCount.days;
  let seen = 0;
  for (const moment of resolved(source, from)) {
    if (moment > until) return;
    seen += 1;
    if (rule.count !== null && seen > max)
      throw new RuleError(`COUNT can't be counted beyond ${max}`, positionOf(source.text, 'COUNT'));
    if (moment > start) yield moment;
    if (seen === rule.count) return;
  }
  // A rule that never matches is an error; a series that has ended isn't.
  if (seen === 0 && resolved(source, -Infinity).next().done)
    throw new RuleError('the rule never matches', positionOf(source.text, 'BY[A-Z]+'));
}

/**
 * Wall times as instants of the zone, in order. A skipped time moves forward past the times that follow it, so it waits
 * for its turn. Two that become the same instant are one.
 */
function* resolved({ rule, anchor, zone, skipsGap, clamp }: MomentSource, from: number): Generator<number> {
  const shifted: number[] = [];
  let last = -Infinity;
  for (const wall of wallTimes({ rule, anchor, clamp }, from)) {
    const instant = firstInstantOf(wall, zone);
    if (instant === null) {
      // RFC 5545 section 3.3.5: the start of a series is given, not generated. It shifts even if others are dropped.
      if (!skipsGap || wall === anchor) shifted.push(instantOf(wall, zone));
      continue;
    }
    for (let waiting = shifted[0]; waiting !== undefined && waiting < instant; waiting = shifted[0]) {
      shifted.shift();
      if (waiting > last) yield (last = waiting);
    }
    if (instant > last) yield (last = instant);
  }
  for (const waiting of shifted) if (waiting > last) yield (last = waiting);
}
