import { countText } from '@rondo/recurrence/english';
import type { CalendarUnit } from '@rondo/time/calendar';
import { numberOf, wordAt, type Parsed, type Words } from '../words.ts';

const minutesOf = new Map<string, number>();
for (const word of ['m', 'min', 'mins', 'minute', 'minutes']) minutesOf.set(word, 1);
for (const word of ['h', 'hr', 'hrs', 'hour', 'hours']) minutesOf.set(word, 60);
for (const word of ['d', 'day', 'days']) minutesOf.set(word, 1_440);
for (const word of ['w', 'wk', 'wks', 'week', 'weeks']) minutesOf.set(word, 10_080);

const calendarUnits = new Map<string, CalendarUnit>();
for (const unit of ['day', 'week', 'month', 'year'] as const)
  for (const word of [unit, `${unit}s`]) calendarUnits.set(word, unit);

/** Reads "3 weeks", "a month", "two days", "3w": a count of days or larger units. */
export function readCalendarSpan(words: Words, at: number): Parsed<{ count: number; unit: CalendarUnit }> {
  const word = wordAt(words, at);
  const [, digits, letter] = /^(\d{1,4})([dw])$/.exec(word) ?? [];
  if (digits !== undefined && Number(digits) > 0)
    return { value: { count: Number(digits), unit: letter === 'd' ? 'day' : 'week' }, next: at + 1 };
  const count = word === 'a' || word === 'one' ? 1 : numberOf(word);
  const unit = calendarUnits.get(wordAt(words, at + 1));
  return count === undefined || unit === undefined ? undefined : { value: { count, unit }, next: at + 2 };
}

/** Weeks, days, hours and minutes. The limit also bounds the work on a long text. */
const maxParts = 4;

/**
 * Reads "30 min", "1h30", "1 hour and 30 minutes", "1.5 hours", "half an hour", "an hour and a half", "2 days".
 * @returns whole minutes
 */
export function readDuration(words: Words, at: number): Parsed<number> {
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
  if (word === 'a' || word === 'an') return partOf(1, wordAt(words, at + 1), at + 2);
  if (word === 'half' && /^an?$/.test(wordAt(words, at + 1)))
    return partOf(0.5, wordAt(words, at + 2), at + 3);
  const [, amount, unit, minutes] = /^(\d{1,4}(?:[.,]\d{1,2})?)([a-z]+)?(?:(\d{1,2})m?)?$/.exec(word) ?? [];
  if (minutes !== undefined)
    return unit === 'h' ? { value: Number(amount) * 60 + Number(minutes), next: at + 1 } : undefined;
  if (unit !== undefined) return partOf(Number(amount?.replace(',', '.')), unit, at + 1);
  const count = amount === undefined ? numberOf(word) : Number(amount.replace(',', '.'));
  return count === undefined ? undefined : partOf(count, wordAt(words, at + 1), at + 2);
}

/** Reads "and a half" after "an hour". */
function readHalfMore(words: Words, at: number, before: number): Parsed<number> {
  if (wordAt(words, at) !== 'a' || wordAt(words, at + 1) !== 'half') return undefined;
  const unit = minutesOf.get(wordAt(words, before - 1));
  return unit === undefined ? undefined : { value: unit / 2, next: at + 2 };
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
