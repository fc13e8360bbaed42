import { RuleError } from './rule-error.ts';
import { isWithinDay, positionOf } from './rule.ts';
import type { Rule } from './rule-parts.ts';
import { wallTimes } from './walls.ts';
import { firstInstantOf, instantOf, type Zone } from '@rondo/time/recurrence-zone';

/** What the moments of a rule depend on. Times are whole seconds, `anchor` on the wall, `until` in the zone. */
export type Moments = {
  /** The rule as it was written: errors point into it. */
  text: string;
  rule: Rule;
  anchor: number;
  zone: Zone;
  until: number;
  skips_gap: boolean;
  clamp: boolean;
};

/**
 * How far a wall time may lie before the instant that becomes of it, both read as seconds: less than a day by the
 * offset, and a day by the longest gap, Pacific/Apia's.
 */
const mostApart = 2 * 86_400;

/** How many occurrences COUNT is followed for, from the anchor: 270 years of days, half a second of the library's time. */
const mostCounted = { days: 100_000, within_day: 20_000 };

/**
 * The moments of a rule after `start`, strictly increasing, within COUNT and UNTIL.
 * @throws RuleError where the rule never matches, or COUNT is out of reach
 */
export function* momentsOf(moments: Moments, start: number): Generator<number> {
  const { rule, until } = moments;
  // COUNT is counted from the anchor; without it the periods before the start are stepped over.
  const from = rule.count === null ? start - mostApart : -Infinity;
  const most = isWithinDay(rule) ? mostCounted.within_day : mostCounted.days;
  let seen = 0;
  for (const moment of resolved(moments, from)) {
    if (moment > until) return;
    seen += 1;
    if (rule.count !== null && seen > most)
      throw new RuleError(`COUNT can not be followed beyond ${most}`, positionOf(moments.text, 'COUNT'));
    if (moment > start) yield moment;
    if (seen === rule.count) return;
  }
  if (seen === 0) refuseEmpty(moments);
}

/** Tells a rule that never matches from a series that has ended. */
function refuseEmpty(moments: Moments): void {
  if (!resolved(moments, -Infinity).next().done) return;
  throw new RuleError('the rule never matches', positionOf(moments.text, 'BY[A-Z]+'));
}

/**
 * Wall times as instants of the zone. A time in a gap shifts forward, past the times that follow it on the wall: it
 * waits for its turn, and what falls on the same instant is one.
 */
function* resolved(
  { rule, anchor, zone, skips_gap: skipsGap, clamp }: Moments,
  from: number,
): Generator<number> {
  const shifted: number[] = [];
  let last = -Infinity;
  for (const wall of wallTimes({ rule, anchor, clamp }, from)) {
    // RFC 5545 section 3.3.5: the start of a series is given, not generated, and shifts even where others are dropped.
    const isDropped = skipsGap && wall !== anchor;
    const instant = firstInstantOf(wall, zone);
    if (instant === null) {
      if (!isDropped) shifted.push(instantOf(wall, zone));
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
