import type { Weekday } from '@rondo/time/calendar';
import type { Until } from './until.ts';

/** The frequencies, from the shortest to the longest. */
export const frequencies = [
  'SECONDLY',
  'MINUTELY',
  'HOURLY',
  'DAILY',
  'WEEKLY',
  'MONTHLY',
  'YEARLY',
] as const;
export type Frequency = (typeof frequencies)[number];

/** The codes of the weekdays, Monday first: the code of ISO weekday 1 has index 0. */
export const weekdayCodes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** Words that `parseRule` reads as well. Each stands for `FREQ=…` without other parts. */
export const shorthands = ['daily', 'weekly', 'monthly', 'yearly'] as const;
export type Shorthand = (typeof shorthands)[number];

/** An entry of BYDAY. `nth` counts within the month or year, from the end if it is negative; null is every such weekday. */
export type RuleDay = { weekday: Weekday; nth: number | null };

/** A recurrence rule (RFC 5545 section 3.3.10). Lists are sorted; an empty list is an absent part. */
export type Rule = {
  frequency: Frequency;
  interval: number;
  count: number | null;
  until: Until | null;
  byMonth: number[];
  byWeekNumber: number[];
  byYearDay: number[];
  byMonthDay: number[];
  byDay: RuleDay[];
  byHour: number[];
  byMinute: number[];
  bySecond: number[];
  bySetPosition: number[];
  /** WKST: the weekday that weeks start on. */
  weekStart: Weekday;
};

/** A rule with the given parts, whose lists must be sorted, and the defaults for all others. */
export function ruleOf(parts: Pick<Rule, 'frequency'> & Partial<Rule>): Rule {
  return {
    interval: 1,
    count: null,
    until: null,
    byMonth: [],
    byWeekNumber: [],
    byYearDay: [],
    byMonthDay: [],
    byDay: [],
    byHour: [],
    byMinute: [],
    bySecond: [],
    bySetPosition: [],
    weekStart: 1,
    ...parts,
  };
}

/** The canonical text of a rule: parts in a fixed order, FREQ first, without those that have their default. */
export function ruleText(rule: Rule): string {
  const parts: [name: string, value: string][] = [
    ['FREQ', rule.frequency],
    ['INTERVAL', rule.interval === 1 ? '' : String(rule.interval)],
    ['COUNT', rule.count === null ? '' : String(rule.count)],
    ['UNTIL', rule.until?.text ?? ''],
    ['BYMONTH', rule.byMonth.join(',')],
    ['BYWEEKNO', rule.byWeekNumber.join(',')],
    ['BYYEARDAY', rule.byYearDay.join(',')],
    ['BYMONTHDAY', rule.byMonthDay.join(',')],
    ['BYDAY', rule.byDay.map(({ weekday, nth }) => `${nth ?? ''}${weekdayCodes[weekday - 1]}`).join(',')],
    ['BYHOUR', rule.byHour.join(',')],
    ['BYMINUTE', rule.byMinute.join(',')],
    ['BYSECOND', rule.bySecond.join(',')],
    ['BYSETPOS', rule.bySetPosition.join(',')],
    ['WKST', rule.weekStart === 1 ? '' : (weekdayCodes[rule.weekStart - 1] ?? '')],
  ];
  return parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

/** The shorthand of a rule; null if the rule has more parts than a frequency. */
export function shorthandOf(rule: Rule): Shorthand | null {
  const text = ruleText(rule);
  return shorthands.find((word) => text === `FREQ=${word.toUpperCase()}`) ?? null;
}

/** Whether a rule repeats within a day: HOURLY, MINUTELY, SECONDLY. */
export function isWithinDay({ frequency }: Rule): boolean {
  return frequencies.indexOf(frequency) < frequencies.indexOf('DAILY');
}
