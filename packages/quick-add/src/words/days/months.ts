import { civilOf, dayOf, endOfMonth, type Day } from '@rondo/time/calendar';
import { firstDayOf } from '@rondo/recurrence/first-day';
import { ruleOf } from '@rondo/recurrence/rule';
import { yearOf, type NamedDay } from './dates.ts';
import {
  endsNumber,
  months,
  numberOf,
  readList,
  skip,
  wordAt,
  type Parsed,
  type Words,
} from '../../words.ts';

/** A month of a year as a day: its first. */
export function monthIn(year: number, month: number): NamedDay {
  return { day: dayOf(year, month, 1), last: endOfMonth };
}

/** "june" and "june and july" after "in": the first day of the month, today in the present one. */
export function readMonths(words: Words, at: number): Parsed<NamedDay> {
  const first = readMonth(words, at);
  const named = readList(words, at, readMonthNumber);
  if (first === undefined || named === undefined) return undefined;
  return {
    value: { ...first.value, within: { months: named.value.toSorted((a, b) => a - b) } },
    next: named.next,
  };
}

/** Reads the name of a month, 1 to 12. */
export function readMonthNumber(words: Words, at: number): Parsed<number> {
  const month = months.get(wordAt(words, at));
  return month === undefined ? undefined : { value: month + 1, next: at + 1 };
}

function readMonth(words: Words, at: number): Parsed<NamedDay> {
  const month = readMonthNumber(words, at);
  if (month === undefined) return undefined;
  const from = (day: Day) => monthFrom(month.value, day);
  return { value: { day: from(words.today), from, last: endOfMonth }, next: month.next };
}

/** The first day of the month on or after a day; that day if it is in the month. */
function monthFrom(month: number, day: Day): Day {
  const civil = civilOf(day);
  if (civil.month === month) return day;
  return dayOf(civil.year + (civil.month > month ? 1 : 0), month, 1);
}

/** Whether a month is spelt like the name of a person: "a song by May". */
export function isNameOfMonth({ tokens }: Words, at: number): boolean {
  return /^(?:Jan|April|May|June|August)$/.test(tokens[at]?.text ?? '');
}

/** "june 2027". */
export function readMonthOfYear(words: Words, at: number): Parsed<NamedDay> {
  const month = months.get(wordAt(words, at));
  const year = month === undefined ? undefined : yearOf(wordAt(words, at + 1));
  if (month === undefined || year === undefined) return undefined;
  // "31 april 2027" is no april.
  const before = wordAt(words, at - 1) === 'of' ? wordAt(words, at - 2) : wordAt(words, at - 1);
  if (/^\d{1,2}(?:st|nd|rd|th)?$/.test(before)) return undefined;
  return { value: monthIn(Number(year), month + 1), next: at + 2 };
}

/** Reads what begins or ends a recurrence beside a day: "june", "in june 2027", "2027". */
export function readMonthOrYear(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, at, 'in');
  const year = /^2[01]/.test(wordAt(words, start)) ? yearOf(wordAt(words, start)) : undefined;
  if (year === undefined || !endsNumber(words, start + 1))
    return readMonthOfYear(words, start) ?? readMonth(words, start);
  return {
    value: { day: dayOf(Number(year), 1, 1), last: () => dayOf(Number(year), 12, 31) },
    next: start + 1,
  };
}

/** Reads "in 2027", "of june 2027" after a recurrence: its first and last day. Nothing is left of a period that has passed. */
export function readPeriodOfRule(words: Words, at: number): Parsed<NamedDay> {
  if (!/^(?:in|of|during|throughout)$/.test(wordAt(words, at))) return undefined;
  const month = readMonthOfYear(words, at + 1);
  const year = /^2[01]/.test(wordAt(words, at + 1)) ? yearOf(wordAt(words, at + 1)) : undefined;
  if (month === undefined && (year === undefined || !endsNumber(words, at + 2))) return undefined;
  const begin = month?.value.day ?? dayOf(Number(year), 1, 1);
  const last = month === undefined ? dayOf(Number(year), 12, 31) : endOfMonth(begin);
  const first = Math.max(begin, words.today);
  if (last < first) return undefined;
  return { value: { day: first, period: { first, last } }, next: month?.next ?? at + 2 };
}

/** "week 12" after "in": the Monday of that week (ISO 8601). */
export function readWeekNumber(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, at, 'calendar');
  const week = wordAt(words, start) === 'week' ? numberOf(wordAt(words, start + 1)) : undefined;
  if (week === undefined || week > 52) return undefined;
  const rule = ruleOf({ frequency: 'YEARLY', byWeekNumber: [week], byDay: [{ weekday: 1, nth: null }] });
  const day = firstDayOf(rule, words.today);
  return day === undefined ? undefined : { value: { day, within: { week } }, next: start + 2 };
}
