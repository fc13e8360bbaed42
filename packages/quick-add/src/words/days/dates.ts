import { civilOf, dayOf, exactDay, isoWeekday, nextYearly, type Day } from '@rondo/time/calendar';
import {
  endsNumber,
  months,
  numberOf,
  ordinalOf,
  skip,
  wordAt,
  type Parsed,
  type Words,
} from '../../words.ts';

/** A day as the words give it. */
export type NamedDay = {
  day: Day;
  /** For dates that repeat, such as those without a year: finds the first one on or after a day. */
  from?: (day: Day) => Day | undefined;
  /** The last day of "december" or "next week". */
  last?: (first: Day) => Day;
  /** "this week", "next month": with a recurrence its first and last day. */
  period?: { first: Day; last: Day };
  /** The time in an RFC 3339 text: the minute of the day, or with an offset the instant in milliseconds. */
  minute?: number;
  instant?: number;
  /** "today" or "tonight": midnight is the one at the end of the day. */
  isToday?: boolean;
  /** "now": a recurrence of hours begins at once. */
  isNow?: boolean;
  /** "tonight": the default time is the night. */
  isTonight?: boolean;
  /** "friday": it says nothing about the date of a monthly recurrence. */
  isWeekday?: boolean;
  /** "easter" and "the friday after 3 october": another date in each month and year. */
  isMovable?: boolean;
  /** "on the 10th": the date of a monthly recurrence. */
  date?: number;
  /** "in june" and "in week 12": with a recurrence it is a limit. */
  within?: { months: number[] } | { week: number };
};

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)(?:t(\d\d):(\d\d)(?::\d\d(?:\.\d{1,9})?)?(z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;
/** "24.12.", "24.12.2026", "24/12", "12/24/26", "24-12-2026". A dash needs the year. */
const inNumbers = /^(\d{1,2})(?:([./])(\d{1,2})(?:\2(\d{4}|\d\d)?)?|-(\d{1,2})-(\d{4}|\d\d))$/;
const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
/** "13-Jan-2027", "3.January", "24dec", "24th-dec". */
const dateThenMonth = /^(\d{1,2})(?:st|nd|rd|th)?[-./]?([a-z]{3,9})(?:[-./]?(\d{4}|(?<=[-./])\d\d))?$/;
/** "Jan-13", "dec24", "Jan-13-2027". */
const monthThenDate = /^([a-z]{3,9})[-./]?(\d{1,2})(?:st|nd|rd|th)?(?:[-./](\d{4}))?$/;

/** Reads a date in numbers or with the name of a month: "2027-03-01", "1.3.", "3/15/2027", "1 Mar", "March 1st, 2027". */
export function readCalendarDate(words: Words, at: number): Parsed<NamedDay> {
  const word = wordAt(words, at);
  if (word === 'the') return readMonthAndDate(words, at + 1);
  if (!startsWithDigit(word)) return readMonthAndDate(words, at);
  const value =
    readRfc3339(word) ?? readIsoWeek(word, words) ?? readCompact(words, at) ?? readNumbers(word, words);
  return value === undefined ? readMonthAndDate(words, at) : { value, next: at + 1 };
}

function startsWithDigit(word: string): boolean {
  const code = word.charCodeAt(0);
  return code >= 48 && code <= 57;
}

/** Reads RFC 3339 section 5.6. Seconds are optional and ignored. Without an offset it is a time on the wall clock. */
function readRfc3339(word: string): NamedDay | undefined {
  const [, year, month, date, hour, minute, offset] = rfc3339.exec(word) ?? [];
  if (year === undefined) return undefined;
  const day = exactDay(Number(year), Number(month), Number(date));
  if (day === undefined || hour === undefined) return day === undefined ? undefined : { day };
  if (Number(hour) > 23 || Number(minute) > 59) return undefined;
  if (offset === undefined) return { day, minute: Number(hour) * 60 + Number(minute) };
  return { day, instant: Date.parse(`${year}-${month}-${date}T${hour}:${minute}:00${offset.toUpperCase()}`) };
}

/** Reads "2026-W40", the Monday of that week, and "2026-W40-3", its Wednesday (ISO 8601). */
function readIsoWeek(word: string, { today }: Words): NamedDay | undefined {
  if (word.length < 7) return undefined;
  const [, year, week, weekday] = /^(\d{4})-?w(\d\d)(?:-?([1-7]))?$/.exec(word) ?? [];
  if (year === undefined || Number(week) < 1) return undefined;
  const first = dayOf(Number(year), 1, 4);
  const monday = first - isoWeekday(first) + 1 + (Number(week) - 1) * 7;
  const day = monday + Number(weekday ?? 1) - 1;
  return civilOf(monday + 3).year === Number(year) && day >= today ? { day } : undefined;
}

/** Reads "on 20261001". By itself such a number is often something else. */
function readCompact(words: Words, at: number): NamedDay | undefined {
  if (wordAt(words, at).length !== 8) return undefined;
  const [, year, month, date] = /^(\d{4})(\d\d)(\d\d)$/.exec(wordAt(words, at)) ?? [];
  if (year === undefined || !/^(?:on|by|due|until|till|before|starting|from)$/.test(wordAt(words, at - 1)))
    return undefined;
  const day = exactDay(Number(year), Number(month), Number(date));
  return day === undefined || day < words.today ? undefined : { day };
}

function readNumbers(word: string, words: Words): NamedDay | undefined {
  const named = numbersOf(word, words);
  return named && dayIn(named.year, named, words.today);
}

/** A month (from 1) and a date, and the year if the words name it. */
export type MonthAndDate = { month: number; date: number; year?: string | undefined };

/** Reads "24.12.", "24/12/2026" and "2026/12/24". A date with two readings is read in the order of the person. */
export function numbersOf(
  word: string,
  { dateOrder, today }: Pick<Words, 'dateOrder' | 'today'>,
): MonthAndDate | undefined {
  const [, year, , month, date] = yearFirst.exec(word) ?? [];
  if (year !== undefined) return { year, month: Number(month), date: Number(date) };
  const [, first, mark = '-', second, shortYear, dashed, dashedYear] = inNumbers.exec(word) ?? [];
  if (first === undefined) return undefined;
  const [a, b] = [Number(first), Number(second ?? dashed)];
  const named = shortYear ?? dashedYear;
  // "1.3" is a version or an amount. A date with dots ends with one, or has a year.
  if (mark === '.' && named === undefined && !word.endsWith('.')) return undefined;
  // "27-01-05" is 5 January 2027: 2005 has passed.
  const isPast = dashedYear?.length === 2 && Number(dashedYear) + 2000 < civilOf(today).year;
  if (isPast && b <= 12) return { year: first, month: b, date: Number(dashedYear) };
  const isDayFirst = mark === '.' || dateOrder === 'dmy' ? b <= 12 : a > 12;
  return isDayFirst ? { date: a, month: b, year: named } : { date: b, month: a, year: named };
}

/** The date in the given year, which may have two digits, else in the next year that has the date. */
function dayIn(year: string | undefined, { month, date }: MonthAndDate, today: Day): NamedDay | undefined {
  if (year !== undefined) {
    const full = Number(year) + (year.length === 2 ? 2000 : 0);
    const day = exactDay(full, month, date);
    // "11/22/63" is not in the future of a task, and "1/5/05" has passed.
    const isFar = year.length === 2 && full > civilOf(today).year + 30;
    const hasPassed = year.length === 2 && day !== undefined && day < today;
    return day === undefined || isFar || hasPassed ? undefined : { day };
  }
  const from = (start: Day) => nextYearly(month, date, start);
  const day = from(today);
  return day === undefined ? undefined : { day, from };
}

/** "1 Mar", "1st of March 2027", "Mar 1st, 2027", "13-Jan-2027". */
function readMonthAndDate(words: Words, at: number): Parsed<NamedDay> {
  const named = monthAndDateAt(words, at);
  if (named === undefined) return undefined;
  const { value, next } = named;
  const yearAt = skip(words, next, /^(?:,|of)$/);
  const year = value.year ?? yearOf(wordAt(words, yearAt));
  const day = dayIn(year, value, words.today);
  // A date that doesn't exist ("feb 29 2027") is none.
  if (day === undefined) return undefined;
  return { value: day, next: year === undefined || value.year !== undefined ? next : yearAt + 1 };
}

/** A year that a task can have: "1900" is a time. */
export function yearOf(word: string): string | undefined {
  if (/^['’]\d\d$/.test(word)) return `20${word.slice(1)}`;
  return /^(?:19[7-9]\d|[2-9]\d{3})$/.test(word) ? word : undefined;
}

/** Reads "1 Mar", "1st of March", "March 1st", "Dec. 24", "13-Jan-2027": a month and a date that exists in some year. */
export function monthAndDateAt(words: Words, at: number): Parsed<MonthAndDate> {
  const read = readAttached(words, at) ?? readMonthFirst(words, at) ?? readDateFirst(words, at);
  // 2000 was a leap year.
  return read && exactDay(2000, read.value.month, read.value.date) !== undefined ? read : undefined;
}

function readAttached(words: Words, at: number): Parsed<MonthAndDate> {
  const word = wordAt(words, at);
  if (!/\d/.test(word) || !/[a-z]{3}/.test(word)) return undefined;
  const [, date, name = '', year] = dateThenMonth.exec(word) ?? [];
  const [, monthName = '', monthDate, monthYear] = monthThenDate.exec(word) ?? [];
  const month = months.get(date === undefined ? monthName : name);
  if (month === undefined) return undefined;
  const value = { month: month + 1, date: Number(date ?? monthDate), year: year ?? monthYear };
  return { value, next: at + 1 };
}

function readMonthFirst(words: Words, at: number): Parsed<MonthAndDate> {
  const month = months.get(wordAt(words, at));
  if (month === undefined) return undefined;
  const dateAt = skip(words, afterDot(words, at + 1), 'the');
  const date = dateOf(wordAt(words, dateAt));
  if (date === undefined || /^(?:[ap]m|[ap]\.m|o['’]clock)$/.test(wordAt(words, dateAt + 1)))
    return undefined;
  return { value: { month: month + 1, date }, next: dateAt + 1 };
}

function readDateFirst(words: Words, at: number): Parsed<MonthAndDate> {
  const date = dateOf(wordAt(words, at));
  if (date === undefined) return undefined;
  const monthAt = skip(words, skip(words, afterDot(words, at + 1), 'day'), 'of');
  const month = months.get(wordAt(words, monthAt));
  // "3 may flowers"
  const isPlant = month === 4 && numberOf(wordAt(words, at)) !== undefined && !isDateEnd(words, monthAt + 1);
  return month === undefined || isPlant
    ? undefined
    : { value: { month: month + 1, date }, next: afterMonth(words, monthAt) };
}

function isDateEnd(words: Words, at: number): boolean {
  return endsNumber(words, at) || /^\d/.test(wordAt(words, at));
}

/** The dot of "Dec. 24" and "24. Dec" belongs to the date. */
export function afterDot({ tokens }: Words, at: number): number {
  return tokens[at]?.word === '.' && !tokens[at].spaced ? at + 1 : at;
}

/** The dot of "24 Dec. 2026" belongs to the date, but not that of "24 Dec." at the end. */
function afterMonth(words: Words, at: number): number {
  const next = afterDot(words, at + 1);
  return yearOf(wordAt(words, next)) === undefined ? at + 1 : next;
}

/** 1 to 31 for "9", "9th" and "ninth". */
export function dateOf(word: string): number | undefined {
  const value = /^\d{1,2}$/.test(word) ? numberOf(word) : ordinalOf(word);
  return value !== undefined && value > 0 && value <= 31 ? value : undefined;
}

/** Finds the first such weekday on or after a day. */
export function weekdayFrom(weekday: number, day: Day): Day {
  return day + ((weekday - isoWeekday(day) + 7) % 7);
}
