import { RuleError } from './rule-error.ts';
import { ascending } from '@rondo/time/recurrence-calendar';
import { clockOf, wallOf, type Clock } from '@rondo/time/recurrence-moment';
import { momentsOf, type Moments } from './moments.ts';
import { isWithinDay, parseRule, positionOf } from './rule.ts';
import { untilInIso, type Rule } from './rule-parts.ts';

/** What happens where the calendar or the clock has no such day or time. */
export type Policies = {
  /** A time that a clock change leaves out: `shift` moves it forward by the gap, `skip` drops it (RFC 5545). */
  gap: 'shift' | 'skip';
  /** A time that a clock change repeats: the first of the two, which is what RFC 5545 section 3.3.5 says as well. */
  overlap: 'first';
  /** A month without the day: `clamp` takes its last day, `skip` leaves the month out (RFC 5545). */
  month_end: 'clamp' | 'skip';
};

export const defaultPolicies: Policies = { gap: 'shift', overlap: 'first', month_end: 'clamp' };
export const strictPolicies: Policies = { gap: 'skip', overlap: 'first', month_end: 'skip' };

/**
 * A series of occurrences. `anchor` is a plain date (all-day) or a plain date-time; it is an occurrence itself where
 * the rule matches it. `rdates` and `exdates` are plain dates, wall-clock times in the zone, or instants (RFC 3339);
 * a plain date in a timed series adds the day at the anchor's time, or takes out all of the day.
 */
export type Series = {
  /** An RRULE value (RFC 5545 section 3.3.10) or daily, weekly, monthly, yearly. */
  rule: string;
  rdates: string[];
  exdates: string[];
  anchor: string;
  /** An IANA zone. Null: an all-day series needs none, a timed one is in UTC. */
  time_zone: string | null;
  policies: Policies;
};

/**
 * The occurrences of a series, strictly increasing, up to the year 9998: plain dates of an all-day series, instants
 * with the zone's offset (RFC 3339) of a timed one. COUNT and UNTIL bound what the rule gives, RDATE adds, EXDATE takes out
 * (RFC 5545 section 3.8.5).
 * @param after a plain date or an instant: only what is later, by a whole day for a date
 * @throws RuleError for a rule that is malformed or never matches; RangeError for another text that is not what it should be
 */
export function occurrences(
  series: Series,
  { after = null, limit }: { after?: string | null; limit: number },
): IteratorObject<string, undefined> {
  const { clock, moments, ...dates } = openSeries(series);
  const start = after === null ? -Infinity : clock.spanOf(after).last;
  return merged(momentsOf(moments, start), { ...dates, start })
    .take(limit)
    .map((moment) => clock.textOf(moment));
}

/**
 * The first occurrence after a plain date or an instant, or null where the series has ended.
 * @throws as `occurrences`
 */
export function nextOccurrence(series: Series, after: string): string | null {
  return occurrences(series, { after, limit: 1 }).next().value ?? null;
}

/**
 * The first occurrences of a series, at most `count`.
 * @throws as `occurrences`
 */
export function preview(series: Series, count: number): string[] {
  return occurrences(series, { limit: count }).toArray();
}

type OpenSeries = {
  clock: Clock;
  moments: Moments;
  rdates: number[];
  isExcluded: (moment: number) => boolean;
};

function openSeries(series: Series): OpenSeries {
  const clock = clockOf(series.anchor, series.time_zone);
  const anchor = wallOf(series.anchor);
  const rule = ruleOf(series, clock);
  return {
    clock,
    moments: {
      text: series.rule,
      rule,
      anchor,
      zone: clock.zone,
      // UNTIL is inclusive: a date to its end, in the zone of the series.
      until: rule.until === null ? Infinity : clock.spanOf(untilInIso(rule.until)).last,
      skips_gap: series.policies.gap === 'skip',
      clamp: series.policies.month_end === 'clamp',
    },
    rdates: ascending(series.rdates.map((text) => rdateOf(text, series.anchor, clock))),
    isExcluded: exclusionOf(series.exdates, clock),
  };
}

function ruleOf({ rule: text }: Series, { is_all_day: isAllDay }: Clock): Rule {
  const rule = parseRule(text);
  if (!isAllDay) return rule;
  if (isWithinDay(rule))
    throw new RuleError('an all-day series can not repeat within the day', positionOf(text, 'FREQ'));
  // RFC 5545 section 3.3.10: of a rule that begins with a date, the parts about the time are ignored.
  return { ...rule, by_hour: [], by_minute: [], by_second: [] };
}

function rdateOf(text: string, anchor: string, clock: Clock): number {
  const isDayOfTimed = !clock.is_all_day && text.length === 10;
  return clock.spanOf(isDayOfTimed ? `${text}${anchor.slice(10)}` : text).first;
}

function exclusionOf(exdates: string[], clock: Clock): (moment: number) => boolean {
  const spans = exdates.map((text) => clock.spanOf(text));
  const single = new Set(spans.filter(({ first, last }) => first === last).map(({ first }) => first));
  const days = spans.filter(({ first, last }) => first !== last);
  return (moment) => single.has(moment) || days.some(({ first, last }) => moment >= first && moment <= last);
}

/** Two sorted streams as one without repetition, and without what is excluded or not after the start. */
function* merged(
  moments: Generator<number>,
  { rdates, isExcluded, start }: Pick<OpenSeries, 'rdates' | 'isExcluded'> & { start: number },
): Generator<number, undefined> {
  const added = rdates.filter((moment) => moment > start);
  let last = start;
  for (const moment of moments) {
    for (let extra = added[0]; extra !== undefined && extra < moment; extra = added[0]) {
      added.shift();
      if (extra > last && !isExcluded(extra)) yield (last = extra);
    }
    if (moment > last && !isExcluded(moment)) yield (last = moment);
  }
  for (const extra of added) if (extra > last && !isExcluded(extra)) yield (last = extra);
}
