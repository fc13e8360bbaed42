import { exactDay, nextYearly, type Weekday } from '@rondo/time/calendar';
import { readDay } from '../days/anchors.ts';
import { readMonthDates } from '../days/date-lists.ts';
import { yearOf, type NamedDay } from '../days/dates.ts';
import { readMonthNumber } from '../days/months.ts';
import { readWeekdays } from './weekdays.ts';
import { readList, remembered, skip, wordAt, wordsAre, type Parsed, type Words } from '../../words.ts';

/** What a recurrence leaves out. */
export type Exception = { weekdays: Weekday[] } | { months: number[] } | { days: NamedDay[] };

const openers = [
  'except',
  'excluding',
  'excl',
  'but not',
  'but skip',
  'but',
  'not',
  'without',
  'skipping',
  'skip',
  'apart from',
  'other than',
  'minus',
].map((text) => text.split(' '));

const canBegin = remembered((word) => openers.some(([first]) => first === word));

/** Reads "except friday", "but not in july", "excluding 24 and 25 december". */
export function readException(words: Words, at: number): Parsed<Exception> {
  if (!canBegin(wordAt(words, at))) return undefined;
  const opener = openers.find((expected) => wordsAre(words, at, ...expected));
  if (opener === undefined) return undefined;
  const start = skip(words, at + opener.length, /^(?:for|on|in|every)$/);
  const read = readExceptedList(words, skip(words, start, /^(?:on|in)$/));
  // "not" by itself is a word of many titles.
  return opener[0] === 'not' && wordAt(words, at + 1) !== 'on' && wordAt(words, at + 1) !== 'in'
    ? undefined
    : read;
}

/** "friday", "tuesdays or thursdays". */
function readExceptedList(words: Words, at: number): Parsed<Exception> {
  const first = readExcepted(words, at);
  if (first === undefined || wordAt(words, first.next) !== 'or') return first;
  const more = readExceptedList(words, skip(words, first.next + 1, /^(?:on|in)$/));
  if (more === undefined) return first;
  const [one, other] = [first.value, more.value];
  if ('weekdays' in one && 'weekdays' in other)
    return { value: { weekdays: [...one.weekdays, ...other.weekdays] }, next: more.next };
  if ('months' in one && 'months' in other)
    return { value: { months: [...one.months, ...other.months] }, next: more.next };
  if ('days' in one && 'days' in other)
    return { value: { days: [...one.days, ...other.days] }, next: more.next };
  return first;
}

function readExcepted(words: Words, at: number): Parsed<Exception> {
  const dated = readList(words, at, readDate);
  const start = skip(words, at, 'the');
  if (/^weekends?$/.test(wordAt(words, start))) return { value: { weekdays: [6, 7] }, next: start + 1 };
  const weekdays = readWeekdays(words, start);
  if (weekdays !== undefined && weekdays.next >= (dated?.next ?? 0))
    return { value: { weekdays: weekdays.value.days }, next: weekdays.next };
  if (dated !== undefined) return { value: { days: dated.value.flat() }, next: dated.next };
  const named = readList(words, at, readMonthNumber);
  return named && { value: { months: named.value }, next: named.next };
}

/** The sentence lists them, so there are not more than a list can have. */
export const maxExcepted = 31;

/** The days of "next week". */
function daysOf({ first, last }: { first: number; last: number }): NamedDay[] {
  return Array.from({ length: Math.min(last - first + 1, maxExcepted + 1) }, (_, ahead) => ({
    day: first + ahead,
  }));
}

/** Reads one day, or "24 and 25 december". */
function readDate(words: Words, at: number): Parsed<NamedDay[]> {
  const day = readDay(words, skip(words, at, 'on'));
  // "except the first of the month" is not one date.
  if (day !== undefined && wordAt(words, day.next - 1) === 'month' && wordAt(words, day.next - 2) === 'the')
    return undefined;
  if (day?.value.period) return { value: daysOf(day.value.period), next: day.next };
  const dates = readMonthDates(words, at);
  if (dates === undefined || dates.next <= (day?.next ?? 0))
    return day && { value: [day.value], next: day.next };
  const year = yearOf(wordAt(words, dates.next));
  const value = dates.value.map(({ month, date }) => {
    const from = (start: number) => nextYearly(month, date, start);
    const exact = year === undefined ? undefined : exactDay(Number(year), month, date);
    return year === undefined ? { day: from(words.today), from } : { day: exact };
  });
  if (!value.every((one): one is NamedDay => one.day !== undefined)) return undefined;
  return { value, next: year === undefined ? dates.next : dates.next + 1 };
}
