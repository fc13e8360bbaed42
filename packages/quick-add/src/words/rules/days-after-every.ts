import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { readMonthDates, yearlyRuleOf } from '../days/date-lists.ts';
import { readHoliday } from '../days/holidays.ts';
import { readMonthNumber } from '../days/months.ts';
import { readNthRule } from './nth-days.ts';
import { isWorkdays, readWeekdays } from './weekdays.ts';
import {
  endsNumber,
  numberOf,
  ordinalOf,
  readList,
  skip,
  wordAt,
  wordsAre,
  type Parsed,
  type Words,
} from '../../words.ts';

export function weekly(days: number[], interval = 1): Rule {
  const byDay = days.map((weekday) => ({ weekday: weekday as Rule['weekStart'], nth: null }));
  return ruleOf({ frequency: 'WEEKLY', interval, byDay });
}

/** The weekdays after "every other" and "every 2". Workdays aren't counted. */
export function readIntervalOfDays(words: Words, at: number, interval: number): Parsed<Rule> {
  const days = readWeekdays(words, at);
  if (days === undefined || isWorkdays(days.value.days)) return undefined;
  return { value: weekly(days.value.days, interval), next: days.next };
}

/** Reads the days after "every". */
export function readDays(words: Words, at: number): Parsed<Rule> {
  const days = readWeekdays(words, at);
  if (days !== undefined)
    return readFridayThe13th(words, at) ?? { value: weekly(days.value.days), next: days.next };
  return (
    longest(readDatesOfYear(words, at), readNthRule(words, at)) ??
    readOfMonth(words, at) ??
    readMonths(words, at)
  );
}

/** "15 january" or "the 15th of january and july". */
export function longest(one: Parsed<Rule>, other: Parsed<Rule>): Parsed<Rule> {
  return (other?.next ?? 0) > (one?.next ?? 0) ? other : one;
}

/** "1 Mar", "may 3 and 9", "christmas": yearly dates. */
export function readDatesOfYear(words: Words, at: number): Parsed<Rule> {
  const dates = readMonthDates(words, skip(words, at, 'the'));
  if (dates !== undefined) {
    const rule = yearlyRuleOf(dates.value);
    return rule && { value: rule, next: dates.next };
  }
  const holiday = readHoliday(words, at);
  return holiday?.value.rule && { value: holiday.value.rule, next: holiday.next };
}

/** "friday the 13th", "Friday if it is the 13th". */
export function readFridayThe13th(words: Words, at: number): Parsed<Rule> {
  const day = readWeekdays(words, at);
  if (day?.value.days.length !== 1) return undefined;
  const [weekday = 1] = day.value.days;
  const isIf = wordAt(words, day.next) === 'if' && wordAt(words, day.next + 2) === 'is';
  const theAt = isIf ? day.next + 3 : day.next;
  const date = wordAt(words, theAt) === 'the' ? ordinalOf(wordAt(words, theAt + 1)) : undefined;
  if (date === undefined || date < 1) return undefined;
  const byDay = [{ weekday, nth: null }];
  return { value: ruleOf({ frequency: 'MONTHLY', byMonthDay: [date], byDay }), next: theAt + 2 };
}

/** "27", "2, 15, 27", "eom". */
export function readOfMonth(words: Words, at: number): Parsed<Rule> {
  if (wordAt(words, at) === 'eom')
    return { value: ruleOf({ frequency: 'MONTHLY', byMonthDay: [-1] }), next: at + 1 };
  const dates = readList(words, at, readDateNumber);
  if (dates === undefined) return undefined;
  const hasOf =
    wordsAre(words, dates.next, 'of', 'the', 'month') || wordsAre(words, dates.next, 'of', 'each', 'month');
  // "every 2-3 days"
  if (!hasOf && (!endsNumber(words, dates.next) || /^(?:to|or|[-–])$/.test(wordAt(words, dates.next))))
    return undefined;
  const byMonthDay = [...new Set(dates.value)].toSorted((a, b) => a - b);
  return { value: ruleOf({ frequency: 'MONTHLY', byMonthDay }), next: hasOf ? dates.next + 3 : dates.next };
}

function readDateNumber(words: Words, at: number): Parsed<number> {
  const value = /^\d{1,2}$/.test(wordAt(words, at)) ? numberOf(wordAt(words, at)) : undefined;
  return value === undefined || value > 31 ? undefined : { value, next: at + 1 };
}

/** "january", "january and july on the 15th": the first of the month, or the days that "on" names. */
export function readMonths(words: Words, at: number): Parsed<Rule> {
  const named = readList(words, at, readMonthNumber);
  if (named === undefined) return undefined;
  const byMonth = [...new Set(named.value)].toSorted((a, b) => a - b);
  const on = wordAt(words, named.next) === 'on' ? readNthRule(words, named.next + 1, true) : undefined;
  if (on?.value.frequency === 'MONTHLY' && (on.value.bySetPosition.length === 0 || byMonth.length === 1))
    return { value: { ...on.value, frequency: 'YEARLY', byMonth }, next: on.next };
  return { value: ruleOf({ frequency: 'YEARLY', byMonth, byMonthDay: [1] }), next: named.next };
}
