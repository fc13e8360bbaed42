import { wallOfText } from '@rondo/time/iso-8601';
import type { Wall } from '@rondo/time/wall-clock';
import { ascending } from './day-filters.ts';
import { momentsOf, type MomentSource } from './moments.ts';
import { parseRule } from './parse-rule.ts';
import { positionOf, RuleError } from './rule-error.ts';
import { isWithinDay, type Rule } from './rule.ts';
import { seriesClockOf, type SeriesClock } from './series-clock.ts';
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

/**
 * The occurrences of a series, strictly increasing, up to the year 9998. An all-day series has plain dates, a timed one
 * instants with the offset of the zone (RFC 3339). COUNT and UNTIL limit what the rule generates, RDATE adds, EXDATE
 * excludes (RFC 5545 section 3.8.5).
 * @param after a date or an instant: only later occurrences, for a date those after the whole day
 * @throws RuleError if the rule is malformed or never matches; RangeError if another text is invalid
 */
export function occurrences(
  series: Series,
  { after = null, limit }: { after?: string | null; limit: number },
): IteratorObject<string, undefined> {
  const { clock, source, ...dates } = openSeries(series);
  const start = after === null ? -Infinity : clock.spanOf(after).last;
  return merged(momentsOf(source, start), { ...dates, start })
    .take(limit)
    .map((moment) => clock.textOf(moment));
}

/**
 * The first occurrence after a plain date or an instant; null if the series has ended.
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
  clock: SeriesClock;
  source: MomentSource;
  rdates: number[];
  isExcluded: (moment: number) => boolean;
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
    isExcluded: exclusionOf(series.exdates, clock),
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

function exclusionOf(exdates: string[], clock: SeriesClock): (moment: number) => boolean {
  const spans = exdates.map((text) => clock.spanOf(text));
  const single = new Set(spans.filter(({ first, last }) => first === last).map(({ first }) => first));
  const days = spans.filter(({ first, last }) => first !== last);
  return (moment) => single.has(moment) || days.some(({ first, last }) => moment >= first && moment <= last);
}

/** Merges two sorted streams without duplicates, without excluded moments, and only after the start. */
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
