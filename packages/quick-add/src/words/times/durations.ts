import { countText } from '@rondo/recurrence/english';
import { addUnits, isoWeekday, type CalendarUnit, type Day } from '@rondo/time/calendar';
import {
  isAhead,
  numberOf,
  readCount,
  remembered,
  skip,
  wordAt,
  wordsAre,
  type Parsed,
  type Words,
} from '../../words.ts';

const minutesOf = new Map<string, number>();
for (const word of ['m', 'min', 'mins', 'minute', 'minutes']) minutesOf.set(word, 1);
for (const word of ['h', 'hr', 'hrs', 'hour', 'hours']) minutesOf.set(word, 60);
for (const word of ['d', 'day', 'days']) minutesOf.set(word, 1_440);
for (const word of ['w', 'wk', 'wks', 'week', 'weeks']) minutesOf.set(word, 10_080);

/** A number of days or larger units. `isWorkday`: Saturdays and Sundays don't count. */
export type CalendarSpan = { count: number; unit: CalendarUnit; isWorkday?: boolean };

const calendarUnits = new Map<string, [unit: CalendarUnit, size: number]>();
for (const unit of ['day', 'week', 'month', 'year'] as const)
  for (const word of [unit, `${unit}s`]) calendarUnits.set(word, [unit, 1]);
for (const word of ['wk', 'wks']) calendarUnits.set(word, ['week', 1]);
for (const word of ['yr', 'yrs']) calendarUnits.set(word, ['year', 1]);
for (const word of ['fortnight', 'fortnights']) calendarUnits.set(word, ['week', 2]);
for (const word of ['quarter', 'quarters']) calendarUnits.set(word, ['month', 3]);

const maxCount = 9_999;

/** A fast check before the others: a number, "a couple", "half", "quarter". */
const canBegin = remembered(
  (word) => /^(?:\d|an?$|the$|couple$|few$|half$|quarter$)/.test(word) || numberOf(word) !== undefined,
);

/** Reads "3 weeks", "a month", "two days", "3w", "a couple of days", "half a year", "10 workdays". */
export function readCalendarSpan(words: Words, at: number): Parsed<CalendarSpan> {
  const word = wordAt(words, at);
  if (!canBegin(word)) return undefined;
  const [, digits, letter] = /^(\d{1,4})([dwy])$/.exec(word) ?? [];
  if (digits !== undefined && Number(digits) > 0) {
    const unit = letter === 'd' ? 'day' : letter === 'w' ? 'week' : 'year';
    return { value: { count: Number(digits), unit }, next: at + 1 };
  }
  if (word === 'half' && wordAt(words, at + 1) === 'a' && wordAt(words, at + 2) === 'year')
    return { value: { count: 6, unit: 'month' }, next: at + 3 };
  const withHalf = readHalfSpan(words, at);
  if (withHalf !== undefined) return withHalf;
  const count = readCount(words, at);
  if (count === undefined || isPartOfHour(words, count.next)) return undefined;
  return readUnit(words, skip(words, count.next, 'more'), count.value);
}

/** "quarter of an hour" and "quarter hour" are no quarters of a year. */
function isPartOfHour(words: Words, at: number): boolean {
  return wordAt(words, at).startsWith('quarter') && /^(?:of|hours?)$/.test(wordAt(words, at + 1));
}

const half = new Set(['half']);

/** Reads "a year and a half", "two and a half weeks", "1.5 years": in months, and in days rounded up. */
function readHalfSpan(words: Words, at: number): Parsed<CalendarSpan> {
  if (!isAhead(words, at, 5, half) && !/[.,]5$/.test(wordAt(words, at))) return undefined;
  const [, digits] = /^(\d{1,3})[.,]5$/.exec(wordAt(words, at)) ?? [];
  const count = digits === undefined ? readCount(words, at) : { value: Number(digits), next: at + 1 };
  if (count === undefined) return undefined;
  const isBefore = wordsAre(words, count.next, 'and', 'a', 'half');
  const unitAt = isBefore ? count.next + 3 : count.next;
  const isHalf = isBefore || digits !== undefined || wordsAre(words, unitAt + 1, 'and', 'a', 'half');
  if (!isHalf) return undefined;
  const next = isBefore || digits !== undefined ? unitAt + 1 : unitAt + 4;
  const unit = wordAt(words, unitAt);
  if (/^years?$/.test(unit)) return { value: { count: count.value * 12 + 6, unit: 'month' }, next };
  return /^weeks?$/.test(unit) ? { value: { count: count.value * 7 + 4, unit: 'day' }, next } : undefined;
}

/** Reads the unit of a span. */
export function readUnit(words: Words, at: number, count: number): Parsed<CalendarSpan> {
  // "in two weeks' time"
  const word = wordAt(words, at).replace(/(?<=[a-z])['’]$|['’](?=s$)/, '');
  const isSplit = /^(?:work|working|business)$/.test(word);
  if (isSplit ? /^days?$/.test(wordAt(words, at + 1)) : /^(?:work|week)days?$/.test(word))
    return { value: { count, unit: 'day', isWorkday: true }, next: isSplit ? at + 2 : at + 1 };
  const [unit, size = 1] = calendarUnits.get(word) ?? [];
  if (unit === undefined || count * size > maxCount) return undefined;
  return { value: { count: count * size, unit }, next: at + 1 };
}

/** Moves a day forward (1) or back (-1). */
export function moved(day: Day, { count, unit, isWorkday = false }: CalendarSpan, way: 1 | -1): Day {
  if (!isWorkday) return addUnits(day, count * way, unit);
  let at = day;
  for (let left = count; left > 0;) {
    at += way;
    if (isoWeekday(at) <= 5) left -= 1;
  }
  return at;
}

/** Weeks, days, hours and minutes. The limit also bounds the work on a long text. */
const maxParts = 4;

/**
 * Reads "30 min", "1h30", "1 hour and 30 minutes", "1.5 hours", "half an hour", "an hour and a half", "2 days".
 * @returns whole minutes
 */
export function readDuration(words: Words, at: number): Parsed<number> {
  if (!canBegin(wordAt(words, at))) return undefined;
  const first = readPart(words, at);
  if (first === undefined) return undefined;
  let { value, next } = first;
  for (let parts = 1; ; parts++) {
    const joined = wordAt(words, next) === 'and' ? next + 1 : next;
    const part = readPart(words, joined) ?? readHalfMore(words, joined, next);
    if (part === undefined || parts === maxParts)
      return Number.isInteger(value) ? { value, next } : undefined;
    value += part.value;
    next = part.next;
  }
}

function readPart(words: Words, at: number): Parsed<number> {
  const word = wordAt(words, at);
  if (word === 'half' && /^an?$/.test(wordAt(words, at + 1)))
    return partOf(0.5, wordAt(words, at + 2), at + 3);
  const quarters = readQuarters(words, at);
  if (quarters !== undefined) return quarters;
  const [, amount, unit, minutes] = /^(\d{1,4}(?:[.,]\d{1,2})?)([a-z]+)?(?:(\d{1,2})m?)?$/.exec(word) ?? [];
  if (minutes !== undefined)
    return unit === 'h' ? { value: Number(amount) * 60 + Number(minutes), next: at + 1 } : undefined;
  if (unit !== undefined) return partOf(Number(amount?.replace(',', '.')), unit, at + 1);
  if (amount !== undefined && wordsAre(words, at + 1, 'and', 'a', 'half'))
    return partOf(Number(amount.replace(',', '.')) + 0.5, wordAt(words, at + 4), at + 5);
  if (amount !== undefined) return partOf(Number(amount.replace(',', '.')), wordAt(words, at + 1), at + 2);
  // "a" without a noun is no count: "a half" belongs to what is before it.
  const count =
    numberOf(word) === undefined && !/^(?:an?|the)$/.test(word) ? undefined : readCount(words, at);
  if (count === undefined) return undefined;
  const half = wordAt(words, count.next) === 'and' && wordAt(words, count.next + 1) === 'a';
  if (half && wordAt(words, count.next + 2) === 'half')
    return partOf(count.value + 0.5, wordAt(words, count.next + 3), count.next + 4);
  return partOf(count.value, wordAt(words, count.next), count.next + 1);
}

/** Reads "a quarter of an hour", "a quarter hour", "three quarters of an hour". */
function readQuarters(words: Words, at: number): Parsed<number> {
  const word = wordAt(words, at);
  if (word !== 'a' && word !== 'quarter' && word !== 'three') return undefined;
  const isThree = wordsAre(words, at, 'three', 'quarters');
  const quarterAt = isThree || word === 'a' ? at + 1 : at;
  if (!isThree && wordAt(words, quarterAt) !== 'quarter') return undefined;
  const value = isThree ? 45 : 15;
  if (!isThree && wordAt(words, quarterAt + 1) === 'hour') return { value, next: quarterAt + 2 };
  return wordsAre(words, quarterAt + 1, 'of', 'an', 'hour') ? { value, next: quarterAt + 4 } : undefined;
}

/** Reads "and a half" and "and a quarter" after "an hour". */
function readHalfMore(words: Words, at: number, before: number): Parsed<number> {
  if (wordAt(words, at) !== 'a') return undefined;
  const parts = wordAt(words, at + 1) === 'half' ? 2 : wordAt(words, at + 1) === 'quarter' ? 4 : undefined;
  if (parts === undefined) return undefined;
  const unit = minutesOf.get(wordAt(words, before - 1));
  return unit === undefined ? undefined : { value: unit / parts, next: at + 2 };
}

function partOf(amount: number, unit: string, next: number): Parsed<number> {
  const minutes = minutesOf.get(unit);
  return minutes === undefined ? undefined : { value: amount * minutes, next };
}

const parts: [minutes: number, unit: string][] = [
  [10_080, 'week'],
  [1_440, 'day'],
  [60, 'hour'],
  [1, 'minute'],
];

/**
 * Writes minutes as "1 day 2 hours 30 minutes", which `readDuration` can read.
 * @param largest the size of the largest unit to use, in minutes
 */
export function durationText(minutes: number, largest = 10_080): string {
  if (minutes === 0) return '0 minutes';
  const texts: string[] = [];
  let rest = minutes;
  for (const [size, unit] of parts) {
    if (size > largest) continue;
    const count = Math.floor(rest / size);
    if (count > 0) texts.push(countText(count, unit));
    rest -= count * size;
  }
  return texts.join(' ');
}

/** Writes minutes as an ISO 8601 duration. Full weeks become weeks, which the standard doesn't mix with other units. */
export function isoDuration(minutes: number): string {
  if (minutes === 0) return 'PT0S';
  if (minutes % 10_080 === 0) return `P${minutes / 10_080}W`;
  const days = Math.floor(minutes / 1_440);
  const hours = Math.floor((minutes % 1_440) / 60);
  const time = `${hours > 0 ? `${hours}H` : ''}${minutes % 60 > 0 ? `${minutes % 60}M` : ''}`;
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
