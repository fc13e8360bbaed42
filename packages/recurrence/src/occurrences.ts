import { wallOfText } from '@rondo/time/iso-8601';
import type { Wall } from '@rondo/time/wall-clock';
import { ascending } from './day-filters.ts';
import { momentsOf, type MomentSource } from './moments.ts';
import { parseRule } from './parse-rule.ts';
import { positionOf, RuleError } from './rule-error.ts';
import { isWithinDay, type Rule } from './rule.ts';
import { exclusionsOf, type Exclusions } from './exclusions.ts';
import { seriesClockOf, type SeriesClock } from './series-clock.ts';
import { openStepBudget, type StepBudget } from './step-budget.ts';
import { untilInIso } from './until.ts';

/** What happens if the calendar has no such day or the clock no such time. */
export type Policies = {
  /** A time that the clock skips: `shift` moves it forward by the gap, `skip` drops it (RFC 5545). */
  gap: 'shift' | 'skip';
  /** A time that the clock shows twice: the first of the two, as in RFC 5545 section 3.3.5. */
  overlap: 'first';
  /** A month without the day: `clamp` takes its last day, `skip` leaves the month out (RFC 5545). */
  monthEnd: 'clamp' | 'skip';
};

export const defaultPolicies: Policies = { gap: 'shift', overlap: 'first', monthEnd: 'clamp' };
export const strictPolicies: Policies = { gap: 'skip', overlap: 'first', monthEnd: 'skip' };

/**
 * A series of occurrences. Its dates are plain dates, wall-clock times in the zone, or instants (RFC 3339). In a timed
 * series a plain date in `rdates` has the time of the anchor, and in `exdates` it excludes the whole day.
 */
export type Series = {
  /** An RRULE value (RFC 5545 section 3.3.10), or daily, weekly, monthly, yearly. */
  rule: string;
  rdates: string[];
  exdates: string[];
  /** The first date: a plain date (all-day) or a plain date-time. It is an occurrence only if the rule matches it. */
  anchor: string;
  /** An IANA zone. Null: a timed series is in UTC, and an all-day series needs none. */
  timeZone: string | null;
  policies: Policies;
};

/** `maxSteps` limits the work of a computation; the default is `maxStepsOfComputation`. */
export type ComputationOptions = { maxSteps?: number };

/**
 * The occurrences of a series, strictly increasing, up to the year 9998. An all-day series has plain dates, a timed one
 * instants with the offset of the zone (RFC 3339). COUNT and UNTIL limit what the rule generates, RDATE adds, EXDATE
 * excludes (RFC 5545 section 3.8.5).
 * @param after a date or an instant: only later occurrences, for a date those after the whole day
 * @throws RuleError if the rule is malformed, never matches, or takes too many steps; RangeError if another text is invalid
 */
export function occurrences(
  series: Series,
  { after = null, limit, maxSteps }: ComputationOptions & { after?: string | null; limit: number },
): IteratorObject<string, undefined> {
  const { clock, ...opened } = openSeries(series);
  const start = after === null ? -Infinity : clock.spanOf(after).last;
  return merged(opened, start, openStepBudget(series.rule, maxSteps))
    .take(limit)
    .map((moment) => clock.textOf(moment));
}

/**
 * The first occurrence after a plain date or an instant; null if the series has ended.
 * @throws as `occurrences`
 */
export function nextOccurrence(
  series: Series,
  after: string,
  options: ComputationOptions = {},
): string | null {
  return occurrences(series, { ...options, after, limit: 1 }).next().value ?? null;
}

/**
 * The first occurrences of a series, at most `count`.
 * @throws as `occurrences`
 */
export function preview(series: Series, count: number): string[] {
  return occurrences(series, { limit: count }).toArray();
}

type OpenSeries = {
  clock: SeriesClock;
  source: MomentSource;
  rdates: number[];
  exclusions: Exclusions;
};

function openSeries(series: Series): OpenSeries {
  const clock = seriesClockOf(series.anchor, series.timeZone);
  const anchor: Wall = wallOfText(series.anchor);
  const rule = ruleOfSeries(series, clock);
  return {
    clock,
    source: {
      text: series.rule,
      rule,
      anchor,
      zone: clock.zone,
      // UNTIL is inclusive. A date includes the whole day, in the zone of the series.
      until: rule.until === null ? Infinity : clock.spanOf(untilInIso(rule.until)).last,
      skipsGap: series.policies.gap === 'skip',
      clamp: series.policies.monthEnd === 'clamp',
    },
    rdates: ascending(series.rdates.map((text) => rdateOf(text, series.anchor, clock))),
    exclusions: exclusionsOf(series.exdates, clock),
  };
}

function ruleOfSeries({ rule: text }: Series, { isAllDay }: SeriesClock): Rule {
  const rule = parseRule(text);
  if (!isAllDay) return rule;
  if (isWithinDay(rule))
    throw new RuleError("an all-day series can't repeat within the day", positionOf(text, 'FREQ'));
  // RFC 5545 section 3.3.10: with a DTSTART that is a date, BYHOUR, BYMINUTE and BYSECOND are ignored.
  return { ...rule, byHour: [], byMinute: [], bySecond: [] };
}

function rdateOf(text: string, anchor: string, clock: SeriesClock): number {
  const needsTime = !clock.isAllDay && text.length === 10;
  return clock.spanOf(needsTime ? `${text}${anchor.slice(10)}` : text).first;
}

/** A jump over excluded moments opens the rule again, which takes the time of these steps. */
const stepsOfJump = 10;

/**
 * The moments of the rule and the added ones, in order, without duplicates, without excluded ones, and only after the
 * start. An excluded day is jumped over, so that a rule that repeats each second isn't followed through it. If COUNT counts
 * the excluded ones, they are followed.
 */
function* merged(
  { source, rdates, exclusions }: Omit<OpenSeries, 'clock'>,
  start: number,
  budget: StepBudget,
): Generator<number, undefined> {
  const added = rdates.filter((moment) => moment > start);
  let [extra, last] = [0, start];
  const addedBefore = function* (limit: number): Generator<number> {
    for (; extra < added.length && (added[extra] ?? 0) < limit; extra += 1) {
      const moment = added[extra] ?? 0;
      if (moment > last && exclusions.endOf(moment) === null) yield (last = moment);
    }
  };
  let moments = momentsOf(source, start, budget);
  for (let found = moments.next(); !found.done; found = moments.next()) {
    const moment = found.value;
    if ((added[extra] ?? Infinity) < moment) yield* addedBefore(moment);
    const excludedUntil = exclusions.endOf(moment);
    if (excludedUntil === null) {
      if (moment > last) yield (last = moment);
    } else if (excludedUntil > moment && source.rule.count === null) {
      budget.spend(stepsOfJump);
      moments = momentsOf(source, excludedUntil, budget);
    }
  }
  yield* addedBefore(Infinity);
}
