import type { RecurrenceSchedule } from '@rondo/shared/contracts/task';
import { RuleError } from './rule-error.ts';
import { checkRestrictions } from './rule-restrictions.ts';
import {
  frequencies,
  readFrequency,
  readList,
  readParts,
  readPositive,
  readUntil,
  readWeekday,
  readWeekdays,
  weekdayCodes,
  type Parts,
  type Rule,
} from './rule-parts.ts';

const shorthands: readonly string[] = ['daily', 'weekly', 'monthly', 'yearly'] satisfies RecurrenceSchedule[];

/**
 * Reads an RRULE value (RFC 5545 section 3.3.10) or one of the shorthands daily, weekly, monthly, yearly. Case does
 * not matter, as section 1.2 has it.
 * @throws RuleError where the text is malformed or breaks a restriction of the standard
 */
export function parseRule(text: string): Rule {
  const parts = readParts(shorthands.includes(text) ? `FREQ=${text.toUpperCase()}` : text);
  const rule: Rule = {
    frequency: readFrequency(parts),
    interval: readPositive(parts, 'INTERVAL') ?? 1,
    count: readPositive(parts, 'COUNT'),
    until: readUntil(parts),
    ...readLists(parts),
    by_day: readWeekdays(parts),
    week_start: readWeekday(parts, 'WKST') ?? 1,
  };
  checkRestrictions(rule, (name, reason) => new RuleError(reason, parts.get(name)?.position ?? 0));
  return rule;
}

function readLists(parts: Parts) {
  // A clock without leap seconds reads second 60 as 59 (RFC 5545 section 3.3.12).
  const seconds = readList(parts, 'BYSECOND', 0, 60).map((second) => Math.min(second, 59));
  return {
    by_month: readList(parts, 'BYMONTH', 1, 12),
    by_week_number: readList(parts, 'BYWEEKNO', -53, 53),
    by_year_day: readList(parts, 'BYYEARDAY', -366, 366),
    by_month_day: readList(parts, 'BYMONTHDAY', -31, 31),
    by_hour: readList(parts, 'BYHOUR', 0, 23),
    by_minute: readList(parts, 'BYMINUTE', 0, 59),
    by_second: [...new Set(seconds)],
    by_set_position: readList(parts, 'BYSETPOS', -366, 366),
  };
}

/** The canonical text of a rule: FREQ first, a fixed order, sorted lists, nothing that is the default. */
export function ruleText(rule: Rule): string {
  const parts: [name: string, value: string][] = [
    ['FREQ', rule.frequency],
    ['INTERVAL', rule.interval === 1 ? '' : String(rule.interval)],
    ['COUNT', rule.count === null ? '' : String(rule.count)],
    ['UNTIL', rule.until?.text ?? ''],
    ['BYMONTH', rule.by_month.join(',')],
    ['BYWEEKNO', rule.by_week_number.join(',')],
    ['BYYEARDAY', rule.by_year_day.join(',')],
    ['BYMONTHDAY', rule.by_month_day.join(',')],
    ['BYDAY', rule.by_day.map(({ weekday, nth }) => `${nth ?? ''}${weekdayCodes[weekday - 1]}`).join(',')],
    ['BYHOUR', rule.by_hour.join(',')],
    ['BYMINUTE', rule.by_minute.join(',')],
    ['BYSECOND', rule.by_second.join(',')],
    ['BYSETPOS', rule.by_set_position.join(',')],
    ['WKST', rule.week_start === 1 ? '' : (weekdayCodes[rule.week_start - 1] ?? '')],
  ];
  return parts
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

/** The shorthand that a rule is, or null where it says more than a frequency. */
export function shorthandOf(rule: Rule): RecurrenceSchedule | null {
  const [, word = ''] = /^FREQ=([A-Z]+)$/.exec(ruleText(rule)) ?? [];
  return shorthands.includes(word.toLowerCase()) ? (word.toLowerCase() as RecurrenceSchedule) : null;
}

/** Whether a rule repeats within a day: HOURLY, MINUTELY, SECONDLY. */
export function isWithinDay({ frequency }: Rule): boolean {
  return frequencies.indexOf(frequency) < frequencies.indexOf('DAILY');
}

/** Where a part stands in the text of a rule, 0 if it is not there: the position of errors found after the parse. */
export function positionOf(text: string, ...names: string[]): number {
  const found = new RegExp(`(?<=^|;)(${names.join('|')})=`, 'i').exec(text);
  return found?.index ?? 0;
}
