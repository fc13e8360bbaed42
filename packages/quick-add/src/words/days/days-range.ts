import { readDay } from './anchors.ts';
import { dateOf, monthAndDateAt, weekdayFrom, yearOf, type NamedDay } from './dates.ts';
import { readDateOfMonth } from './days.ts';
import { civilOf, exactDay, nextYearly, type Day } from '@rondo/time/calendar';
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
  const inMonth = readInMonth(words, start, isBetween) ?? readWeekdayRange(words, start);
  if (inMonth !== undefined) return inMonth;
  const first = plain ?? readDay(words, start) ?? (start > at ? readDateOfMonth(words, start) : undefined);
  if (first === undefined) return undefined;
  const separator = wordAt(words, first.next);
  const isTo = isBetween ? separator === 'and' : /^(?:to|until|till|through|thru|[-–])$/.test(separator);
  if (!isTo) return undefined;
  const last = readDay(words, first.next + 1) ?? readDateOfMonth(words, first.next + 1);
  if (last === undefined || hasTime(first.value) || hasTime(last.value)) return undefined;
  return { value: { first: first.value, last: last.value }, next: last.next };
}

function hasTime({ minute, instant, isTonight }: NamedDay): boolean {
  return (minute ?? instant) !== undefined || isTonight === true;
}

/** "3-9 oct", "3rd to 9th of october", "oct 3-9", each with or without a year. */
function readInMonth(words: Words, at: number, isBetween: boolean): Parsed<DaysRange> {
  const start = skip(words, at, /^the$/);
  const named = months.get(wordAt(words, start));
  const firstAt = named === undefined ? start : start + 1;
  const first = dateOf(wordAt(words, firstAt));
  const separator = wordAt(words, firstAt + 1);
  const isTo = isBetween ? separator === 'and' : /^(?:to|through|thru|until|till|[-–])$/.test(separator);
  if (first === undefined || !isTo) return undefined;
  const lastAt = skip(words, firstAt + 2, /^the$/);
  const ending = named === undefined ? monthAndDateAt(words, lastAt) : undefined;
  const last = ending?.value.date ?? dateOf(wordAt(words, lastAt));
  const month = named === undefined ? ending?.value.month : named + 1;
  if (month === undefined || last === undefined || last <= first) return undefined;
  const next = ending?.next ?? lastAt + 1;
  // "oct 3 - 9 nov" is a range of two months.
  if (named !== undefined && monthAndDateAt(words, lastAt) !== undefined) return undefined;
  const year = yearOf(wordAt(words, skip(words, next, /^,$/)));
  const day =
    year === undefined ? nextYearly(month, first, words.today) : exactDay(Number(year), month, first);
  const end = day === undefined ? undefined : exactDay(civilOf(day).year, month, last);
  if (day === undefined || end === undefined) return undefined;
  return {
    value: { first: { day }, last: { day: end } },
    next: year === undefined ? next : skip(words, next, /^,$/) + 1,
  };
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
