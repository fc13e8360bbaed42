import { dayPartOf, type DayPart } from './clock.ts';
import { monthAndDateAt } from './dates.ts';
import { readOnTheNth } from './days-of-month.ts';
import { ruleOf, type Frequency, type Rule } from '@rondo/recurrence/rule';
import { readWeekdays } from './weekdays.ts';
import { numberOf, ordinalOf, wordAt, type Parsed, type Words } from '../words.ts';

/** A recurrence as the words give it. `part`: the part of the day in "every morning". */
export type NamedRule = { rule: Rule; fromCompletion: boolean; part?: DayPart };

const adverbs = new Map<string, [Frequency, interval: number]>([
  ['hourly', ['HOURLY', 1]],
  ['daily', ['DAILY', 1]],
  ['weekly', ['WEEKLY', 1]],
  ['biweekly', ['WEEKLY', 2]],
  ['fortnightly', ['WEEKLY', 2]],
  ['monthly', ['MONTHLY', 1]],
  ['quarterly', ['MONTHLY', 3]],
  ['yearly', ['YEARLY', 1]],
  ['annually', ['YEARLY', 1]],
]);

const units = new Map<string, [Frequency, size: number]>([
  ['hour', ['HOURLY', 1]],
  ['hours', ['HOURLY', 1]],
  ['day', ['DAILY', 1]],
  ['days', ['DAILY', 1]],
  ['week', ['WEEKLY', 1]],
  ['weeks', ['WEEKLY', 1]],
  ['fortnight', ['WEEKLY', 2]],
  ['month', ['MONTHLY', 1]],
  ['months', ['MONTHLY', 1]],
  ['quarter', ['MONTHLY', 3]],
  ['quarters', ['MONTHLY', 3]],
  ['year', ['YEARLY', 1]],
  ['years', ['YEARLY', 1]],
]);

/** Reads "daily", "every other tue", "every 3rd friday", "every! 3 days", "last day of every month". */
export function readRule(words: Words, at: number): Parsed<NamedRule> {
  const word = wordAt(words, at);
  const adverb = adverbs.get(word);
  if (adverb) {
    const detailed = withDetail(words, ruleOf({ frequency: adverb[0], interval: adverb[1] }), at + 1);
    return { value: { rule: detailed.rule, fromCompletion: false }, next: detailed.next };
  }
  if (!/^(?:every|each)!?$/.test(word)) return readLastOfEvery(words, at);
  const fromCompletion = word.endsWith('!');
  const part = dayPartOf(wordAt(words, at + 1));
  if (part !== undefined) {
    const rule = ruleOf({ frequency: 'DAILY' });
    return { value: { rule, fromCompletion, part }, next: at + 2 };
  }
  const read =
    readInterval(words, at + 1) ??
    readDays(words, at + 1, 1) ??
    readDateOfYear(words, at + 1) ??
    readOnTheNth(words, at + 1);
  return read === undefined ? undefined : { value: { rule: read.value, fromCompletion }, next: read.next };
}

/** The grammar reads numbers of up to four digits, and the sentence must be readable. */
const maxInterval = 9_999;

/** "3 days", "other week", "2nd month", "year on 1 Mar", "other tue", "2 fridays". */
function readInterval(words: Words, at: number): Parsed<Rule> {
  const word = wordAt(words, at);
  const nth = ordinalOf(word);
  const interval = word === 'other' ? 2 : (numberOf(word) ?? nth ?? 1);
  const unitAt = word === 'other' || numberOf(word) !== undefined || nth !== undefined ? at + 1 : at;
  if (interval < 1) return undefined;
  const unit = units.get(wordAt(words, unitAt));
  if (unit === undefined)
    return nth === undefined && unitAt > at ? readDays(words, unitAt, interval) : undefined;
  // "every 15th day of the month" is a date, not an interval.
  if (nth !== undefined && /^(?:of|in)$/.test(wordAt(words, unitAt + 1))) return undefined;
  const [frequency, size] = unit;
  if (interval * size > maxInterval) return undefined;
  const { rule, next } = withDetail(words, ruleOf({ frequency, interval: interval * size }), unitAt + 1);
  return { value: rule, next };
}

function readDays(words: Words, at: number, interval: number): Parsed<Rule> {
  const days = readWeekdays(words, at);
  if (days === undefined) return undefined;
  const byDay = days.value.map((weekday) => ({ weekday, nth: null }));
  return { value: ruleOf({ frequency: 'WEEKLY', interval, byDay }), next: days.next };
}

/** "1 Mar", "march 1st": a yearly date. */
function readDateOfYear(words: Words, at: number): Parsed<Rule> {
  const named = monthAndDateAt(words, wordAt(words, at) === 'the' ? at + 1 : at);
  if (named === undefined) return undefined;
  const { month, date } = named.value;
  return { value: ruleOf({ frequency: 'YEARLY', byMonth: [month], byMonthDay: [date] }), next: named.next };
}

/** Adds what "on …" says: weekdays to a weekly rule, dates to a monthly one, a date to a yearly one. */
function withDetail(words: Words, rule: Rule, at: number): { rule: Rule; next: number } {
  const detail = readDetail(words, rule.frequency, wordAt(words, at) === 'on' ? at + 1 : at);
  if (detail === undefined || (wordAt(words, at) !== 'on' && wordAt(words, at) !== 'the'))
    return { rule, next: at };
  return { rule: { ...detail.value, interval: rule.interval }, next: detail.next };
}

function readDetail(words: Words, frequency: Frequency, at: number): Parsed<Rule> {
  switch (frequency) {
    case 'WEEKLY':
      return readDays(words, at, 1);
    case 'MONTHLY':
      return only(frequency, readOnTheNth(words, at, true));
    case 'YEARLY':
      return readDateOfYear(words, at) ?? only(frequency, readOnTheNth(words, at, true));
    case 'SECONDLY':
    case 'MINUTELY':
    case 'HOURLY':
    case 'DAILY':
      return undefined;
  }
}

function only(frequency: Frequency, read: Parsed<Rule>): Parsed<Rule> {
  return read?.value.frequency === frequency ? read : undefined;
}

/** "last day of every month", "the first friday of each month". */
function readLastOfEvery(words: Words, at: number): Parsed<NamedRule> {
  const read = readOnTheNth(words, at);
  if (read === undefined || !/^(?:every|each)$/.test(wordAt(words, read.next - 2))) return undefined;
  return { value: { rule: read.value, fromCompletion: false }, next: read.next };
}
