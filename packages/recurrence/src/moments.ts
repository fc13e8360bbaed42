import { dayMs } from '@rondo/time/units';
import { firstInstantOf, instantOf, type Wall } from '@rondo/time/wall-clock';
import type { Zone } from '@rondo/time/zone';
import { positionOf, RuleError } from './rule-error.ts';
import type { Rule } from './rule.ts';
import type { StepBudget } from './step-budget.ts';
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

/** No gap is longer: Pacific/Apia left out a day. */
const longestGap = dayMs;

/** Wall times are made instants in runs. To find the offset of a run takes the time of these steps. */
const runMs = 4 * dayMs;
const stepsOfRun = 15;

/**
 * The moments of a rule after `start`, strictly increasing, up to COUNT and UNTIL.
 * @throws RuleError if the rule never matches, or the budget is used up
 */
export function* momentsOf(source: MomentSource, start: number, budget: StepBudget): Generator<number> {
  const { rule, until } = source;
  // COUNT counts from the anchor. Without it the periods before the start are skipped.
  const from = rule.count === null ? earliestWallAfter(start, source.zone) : -Infinity;
  let seen = 0;
  for (const moment of resolved(source, from, budget)) {
    if (moment > until) return;
    seen += 1;
    if (moment > start) yield moment;
    if (seen === rule.count) return;
  }
  // A rule that never matches is an error; a series that has ended isn't.
  const hasNone = () => from <= source.anchor || resolved(source, -Infinity, budget).next().done === true;
  if (seen === 0 && hasNone())
    throw new RuleError('the rule never matches', positionOf(source.text, 'BY[A-Z]+'));
}

/**
 * A wall time before which no wall time becomes an instant after `start`. A time in a gap becomes one with the offset from
 * before the gap, up to the length of the gap after it.
 */
function earliestWallAfter(start: number, { offsetAt }: Zone): Wall {
  if (start === -Infinity) return start;
  return start + Math.min(offsetAt(start), offsetAt(start - 2 * longestGap));
}

/**
 * Wall times as instants of the zone, in order. A skipped time moves forward past the times that follow it, so it waits
 * for its turn. Two that become the same instant are one.
 */
function* resolved(
  { rule, anchor, zone, skipsGap, clamp }: MomentSource,
  from: number,
  budget: StepBudget,
): Generator<number> {
  const shifted: number[] = [];
  let [next, last, run] = [0, -Infinity, NaN];
  let offset: number | undefined;
  for (const wall of wallTimes({ rule, anchor, clamp }, from, budget)) {
    if (Math.floor(wall / runMs) !== run) {
      budget.spend(stepsOfRun);
      run = Math.floor(wall / runMs);
      offset = offsetOfRun(run * runMs, zone);
    }
    const instant = offset === undefined ? firstInstantOf(wall, zone) : wall - offset;
    if (instant === null) {
      // RFC 5545 section 3.3.5: the start of a series is given, not generated. It shifts even if others are dropped.
      if (!skipsGap || wall === anchor) shifted.push(instantOf(wall, zone));
      continue;
    }
    // `shift` would move all that wait: a gap of a day holds 86,400 seconds.
    for (let waiting = shifted[next]; waiting !== undefined && waiting < instant; waiting = shifted[next]) {
      next += 1;
      if (waiting > last) yield (last = waiting);
    }
    if (instant > last) yield (last = instant);
  }
  for (const waiting of shifted.slice(next)) if (waiting > last) yield (last = waiting);
}

/** The offset of all wall times of a run; undefined if it changes. No zone changes it and back within six days. */
function offsetOfRun(begin: Wall, { offsetAt }: Zone): number | undefined {
  const before = offsetAt(begin - dayMs);
  return before === offsetAt(begin + runMs + dayMs) ? before : undefined;
}
