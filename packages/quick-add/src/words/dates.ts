import { exactDay, nextYearly, type Day } from '@rondo/time/calendar';
import { months, numberOf, ordinalOf, wordAt, type Parsed, type Words } from '../words.ts';

/** A day as the words give it. */
export type NamedDay = {
  day: Day;
  /** For dates without a year: finds the first such date on or after a day. */
  from?: (day: Day) => Day | undefined;
  /** The time in an RFC 3339 text: the minute of the day, or with an offset the instant in milliseconds. */
  minute?: number;
  instant?: number;
  /** "today" or "tonight": midnight is the one at the end of the day. */
  isToday?: boolean;
  /** "tonight": the default time is the night. */
  isTonight?: boolean;
};

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)(?:t(\d\d):(\d\d)(?::\d\d(?:\.\d{1,9})?)?(z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/;
const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)?$/;
const slashed = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d\d))?$/;

/** Reads a date in numbers or with the name of a month: "2027-03-01", "1.3.", "3/15/2027", "1 Mar", "March 1st, 2027". */
export function readCalendarDate(words: Words, at: number): Parsed<NamedDay> {
  const word = wordAt(words, at);
  if (word === 'the') return readMonthAndDate(words, at + 1);
  if (!startsWithDigit(word)) return readMonthAndDate(words, at);
  const value = readRfc3339(word) ?? readDotted(word, words.today) ?? readSlashed(word, words.today);
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

function readDotted(word: string, today: Day): NamedDay | undefined {
  const [, date, month, year] = dotted.exec(word) ?? [];
  return date === undefined ? undefined : dayIn(year, Number(month), Number(date), today);
}

function readSlashed(word: string, today: Day): NamedDay | undefined {
  const [, month, date, year] = slashed.exec(word) ?? [];
  return month === undefined ? undefined : dayIn(year, Number(month), Number(date), today);
}

/** The date in the given year, which may have two digits, else in the next year that has the date. */
function dayIn(year: string | undefined, month: number, date: number, today: Day): NamedDay | undefined {
  if (year !== undefined) {
    const day = exactDay(Number(year) + (year.length === 2 ? 2000 : 0), month, date);
    return day === undefined ? undefined : { day };
  }
  const from = (start: Day) => nextYearly(month, date, start);
  const day = from(today);
  return day === undefined ? undefined : { day, from };
}

/** "1 Mar", "1st of March 2027", "Mar 1st, 2027". */
function readMonthAndDate(words: Words, at: number): Parsed<NamedDay> {
  const named = monthAndDateAt(words, at);
  return named === undefined ? undefined : withYear(words, named.value, named.next);
}

export type MonthAndDate = { month: number; date: number };

/** Reads "1 Mar", "1st of March", "March 1st": a month (from 1) and a date that exists in some year. */
export function monthAndDateAt(words: Words, at: number): Parsed<MonthAndDate> {
  const first = months.get(wordAt(words, at));
  const ofAt = wordAt(words, at + 1) === 'of' ? at + 2 : at + 1;
  const month = first ?? months.get(wordAt(words, ofAt));
  const date = dateOf(wordAt(words, first === undefined ? at : at + 1));
  if (month === undefined || date === undefined) return undefined;
  // 2000 was a leap year.
  if (exactDay(2000, month + 1, date) === undefined) return undefined;
  const next = first === undefined ? ofAt + 1 : at + 2;
  if (first !== undefined && /^(?:[ap]m|[ap]\.m|o['’]clock)$/.test(wordAt(words, next))) return undefined;
  return { value: { month: month + 1, date }, next };
}

function dateOf(word: string): number | undefined {
  const value = /^\d{1,2}$/.test(word) ? numberOf(word) : ordinalOf(word);
  return value !== undefined && value > 0 ? value : undefined;
}

function withYear(words: Words, { month, date }: MonthAndDate, at: number): Parsed<NamedDay> {
  const yearAt = wordAt(words, at) === ',' ? at + 1 : at;
  const year = wordAt(words, yearAt);
  const dated = /^\d{4}$/.test(year) ? dayIn(year, month, date, words.today) : undefined;
  if (dated !== undefined) return { value: dated, next: yearAt + 1 };
  const value = dayIn(undefined, month, date, words.today);
  return value === undefined ? undefined : { value, next: at };
}
