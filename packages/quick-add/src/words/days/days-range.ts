import { readDay } from './anchors.ts';
import {
  afterDot,
  dateOf,
  monthAndDateAt,
  numbersOf,
  weekdayFrom,
  yearOf,
  type MonthAndDate,
  type NamedDay,
} from './dates.ts';
import { readDateOfMonth } from './days.ts';
import { monthIn, readMonthNumber, readMonthOfYear } from './months.ts';
import { civilOf, endOfMonth, exactDay, nextYearly, type Day } from '@rondo/time/calendar';
import { months, skip, wordAt, weekdays, type Parsed, type Words } from '../../words.ts';

/** The first and the last day. */
export type DaysRange = { first: NamedDay; last: NamedDay };

/**
 * Reads "3 oct to 9 oct", "from monday to friday", "3-9 oct", "oct 3-9", "the 3rd through the 9th".
 * @param plain the day that begins here, if it is read already
 */
export function readDaysRange(words: Words, at: number, plain?: Parsed<NamedDay>): Parsed<DaysRange> {
  const start = skip(words, at, /^(?:from|between|on)$/);
  const isBetween = wordAt(words, at) === 'between';
  const isFrom = start > at && !isBetween;
  const known =
    readInMonth(words, start, isBetween) ??
    readWeekdayRange(words, start) ??
    (isFrom ? undefined : readMonthsRange(words, start, isBetween));
  if (known !== undefined) return known;
  const first = plain ?? readDay(words, start) ?? (start > at ? readDateOfMonth(words, start) : undefined);
  if (first === undefined) return undefined;
  if (!isSeparator(words, first.next, isBetween)) return undefined;
  const last = readDay(words, first.next + 1) ?? readDateOfMonth(words, first.next + 1);
  if (last === undefined || hasTime(first.value) || hasTime(last.value)) return undefined;
  return { value: { first: first.value, last: last.value }, next: last.next };
}

/**
 * The year of "28 oct to 2 nov 2027" is that of both days, and the first of "28 dec to 3 jan 2028" is in the year before. The
 * dates of a recurrence begin at the next one.
 */
export function beforeNamedYear(first: NamedDay, last: NamedDay): NamedDay {
  const { from, isWeekday, isMovable, date } = first;
  if (from === undefined || last.from !== undefined || isWeekday || isMovable || date !== undefined)
    return first;
  // A date is at most once within 365 days.
  const latest = from(last.day - 364);
  return latest === undefined || latest <= first.day || latest > last.day ? first : { day: latest };
}

function hasTime({ minute, instant, isTonight }: NamedDay): boolean {
  return (minute ?? instant) !== undefined || isTonight === true;
}

/** "3-9 oct", "3.-9. oct", "5.-7.10.", "24./25. dec", "3rd to 9th of october", "oct 3-9", each with or without a year. */
function readInMonth(words: Words, at: number, isBetween: boolean): Parsed<DaysRange> {
  const start = skip(words, at, 'the');
  const named = months.get(wordAt(words, start));
  const firstAt = named === undefined ? start : start + 1;
  const first = dateOf(wordAt(words, firstAt));
  if (first === undefined) return undefined;
  const separatorAt = afterDot(words, firstAt + 1);
  const isBothDays = wordAt(words, separatorAt) === '/' && separatorAt > firstAt + 1;
  if (!isBothDays && !isSeparator(words, separatorAt, isBetween)) return undefined;
  const lastAt = skip(words, separatorAt + 1, 'the');
  const ending = named === undefined ? readEnding(words, lastAt) : undefined;
  const last = ending?.value.date ?? dateOf(wordAt(words, lastAt));
  if (isBothDays && last !== first + 1) return undefined;
  const month = named === undefined ? ending?.value.month : named + 1;
  if (month === undefined || last === undefined || last <= first) return undefined;
  const next = ending?.next ?? lastAt + 1;
  // "oct 3 - 9 nov" is a range of two months.
  if (named !== undefined && monthAndDateAt(words, lastAt) !== undefined) return undefined;
  const year = ending?.value.year ?? yearOf(wordAt(words, skip(words, next, /^,$/)));
  const day =
    year === undefined ? nextYearly(month, first, words.today) : exactDay(Number(year), month, first);
  const end = day === undefined ? undefined : exactDay(civilOf(day).year, month, last);
  if (day === undefined || end === undefined) return undefined;
  return {
    value: { first: { day }, last: { day: end } },
    next: year === undefined || ending?.value.year !== undefined ? next : skip(words, next, /^,$/) + 1,
  };
}

/** The "9. oct" of "3.-9. oct" and the "7.10." of "5.-7.10.". */
function readEnding(words: Words, at: number): Parsed<MonthAndDate> {
  const named = monthAndDateAt(words, at);
  if (named !== undefined || !/^\d{1,2}\.\d/.test(wordAt(words, at))) return named;
  const numbers = numbersOf(wordAt(words, at), words);
  return numbers && { value: numbers, next: at + 1 };
}

/** "october to december 2027", "nov 2027 - feb 2028": from the first day of a month to the last one of another. */
function readMonthsRange(words: Words, at: number, isBetween: boolean): Parsed<DaysRange> {
  const first = readMonthNumber(words, at);
  if (first === undefined) return undefined;
  const named = yearOf(wordAt(words, first.next));
  const separatorAt = named === undefined ? first.next : first.next + 1;
  if (!isSeparator(words, separatorAt, isBetween)) return undefined;
  const last = readMonthOfYear(words, separatorAt + 1);
  if (last === undefined) return undefined;
  const end = civilOf(last.value.day);
  const year = Number(named ?? (first.value <= end.month ? end.year : end.year - 1));
  return {
    value: { first: monthIn(year, first.value), last: { day: endOfMonth(last.value.day) } },
    next: last.next,
  };
}

function isSeparator(words: Words, at: number, isBetween: boolean): boolean {
  const word = wordAt(words, at);
  return isBetween ? word === 'and' : /^(?:to|until|till|through|thru|[-–])$/.test(word);
}

/** "mon-fri". */
function readWeekdayRange(words: Words, at: number): Parsed<DaysRange> {
  const [, first = '', last = ''] = /^([a-z]+)[-–]([a-z]+)$/.exec(wordAt(words, at)) ?? [];
  const [begin, end] = [weekdays.get(first), weekdays.get(last)];
  if (begin === undefined || end === undefined) return undefined;
  const dayOn = (weekday: number): NamedDay => {
    const from = (day: Day) => weekdayFrom(weekday, day);
    return { day: from(words.today + 1), from, isWeekday: true };
  };
  return { value: { first: dayOn(begin), last: dayOn(end) }, next: at + 1 };
}
