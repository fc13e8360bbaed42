import { endsNumber, numberOf, wordAt, type Parsed, type Words } from '../words.ts';
import { readZone } from './zones.ts';

/** A time of day. `open`: written without am, pm or 24 hours, so that a part of the day can move it by 12 hours. */
export type Clock = { minute: number; open: boolean };

/** The parts of a day, with the default minute of each. */
export const dayParts = { morning: 540, afternoon: 900, evening: 1_140, night: 1_200 };
export type DayPart = keyof typeof dayParts;

export function dayPartOf(word: string): DayPart | undefined {
  return word === 'morning' || word === 'afternoon' || word === 'evening' || word === 'night'
    ? word
    : undefined;
}

/**
 * Reads "3pm", "at 9", "15:00", "noon", "half past 7", "quarter to 8", "9 in the morning", "9 o'clock".
 * @param expected true if a time is likely here, so that "at 9" is one before any word; 'bare' if "9" is one, too
 */
export function readClock(words: Words, at: number, expected: boolean | 'bare' = false): Parsed<Clock> {
  const hasAt = wordAt(words, at) === 'at';
  const start = hasAt ? at + 1 : at;
  const clock =
    readNamed(words, start) ??
    readPast(words, start) ??
    readDigits(words, start, hasAt || expected === 'bare', expected === true);
  if (clock === undefined) return undefined;
  const part = readPartAfter(words, clock.next);
  if (part === undefined) return clock;
  const moved = inPart(clock.value, part.value);
  return moved === undefined ? clock : { value: { minute: moved, open: false }, next: part.next };
}

function readNamed(words: Words, at: number): Parsed<Clock> {
  const word = wordAt(words, at);
  if (word === 'noon' || word === 'midday') return { value: { minute: 720, open: false }, next: at + 1 };
  return word === 'midnight' ? { value: { minute: 0, open: false }, next: at + 1 } : undefined;
}

/** Words only, because "9 to 5" and "10 to 12" are ranges. */
const minutesPast = new Map(Object.entries({ five: 5, ten: 10, quarter: 15, twenty: 20, half: 30 }));

/** "half past 7", "quarter to 8", "twenty past six". */
function readPast(words: Words, at: number): Parsed<Clock> {
  const first = wordAt(words, at) === 'a' ? at + 1 : at;
  const word = wordAt(words, first);
  const minutes = minutesPast.get(word);
  const way = wordAt(words, first + 1);
  if (minutes === undefined || (way !== 'past' && (way !== 'to' || word === 'half'))) return undefined;
  const hour = readHour(words, first + 2);
  if (hour === undefined) return undefined;
  const minute = hour.value.minute + (way === 'past' ? minutes : 1_440 - minutes);
  return { value: { minute: minute % 1_440, open: hour.value.open }, next: hour.next };
}

/** The full hour after "past" and "to". A bare 1 to 5 is in the afternoon. */
function readHour(words: Words, at: number): Parsed<Clock> {
  const digits = readDigits(words, at, true, false);
  if (digits !== undefined) return digits.value.minute % 60 === 0 ? digits : undefined;
  const word = wordAt(words, at);
  const hour = /^\d/.test(word) ? undefined : numberOf(word);
  if (hour === undefined) return undefined;
  return { value: bareHour(hour), next: at + 1 };
}

const digitsOfClock = /^(\d{1,2})(?:[:.](\d\d))?(am|pm|a\.m|p\.m)?$/;

function readDigits(words: Words, at: number, hasAt: boolean, isExpected: boolean): Parsed<Clock> {
  const word = wordAt(words, at);
  const [, hours, minutes, attached] = digitsOfClock.exec(word) ?? [];
  if (hours === undefined) return undefined;
  const separateMeridiem = attached === undefined ? meridiemOf(wordAt(words, at + 1)) : undefined;
  const meridiem = meridiemOf(attached) ?? separateMeridiem;
  const next = separateMeridiem === undefined ? at + 1 : skipDot(words, at + 2);
  const hour = Number(hours);
  const minute = Number(minutes ?? 0);
  if (minute > 59) return undefined;
  if (meridiem !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    return {
      value: { minute: (hour % 12) * 60 + minute + (meridiem === 'pm' ? 720 : 0), open: false },
      next: attached?.includes('.') ? skipDot(words, next) : next,
    };
  }
  if (hour > 23 || (word.includes('.') && !hasAt)) return undefined;
  if (minutes !== undefined) return { value: { minute: hour * 60 + minute, open: hour <= 12 }, next };
  const named = /^o['’]clock$/.test(wordAt(words, at + 1));
  const value = hour <= 12 ? bareHour(hour) : { minute: hour * 60, open: false };
  if (named) return { value, next: at + 2 };
  if (readPartAfter(words, next) !== undefined) return { value, next };
  return hasAt && (isExpected || endsNumber(words, next) || readZone(words, next))
    ? { value, next }
    : undefined;
}

/** A bare 1 to 5 is in the afternoon, because people rarely plan for the small hours. */
function bareHour(hour: number): Clock {
  return { minute: (hour <= 5 && hour >= 1 ? hour + 12 : hour % 24) * 60, open: true };
}

function meridiemOf(word: string | undefined): 'am' | 'pm' | undefined {
  if (word === 'am' || word === 'a.m') return 'am';
  return word === 'pm' || word === 'p.m' ? 'pm' : undefined;
}

/** Skips the last dot of "p.m.", which is a token of its own. */
function skipDot(words: Words, at: number): number {
  const dotted = wordAt(words, at - 1).includes('.m');
  return dotted && wordAt(words, at) === '.' && words.tokens[at]?.spaced === false ? at + 1 : at;
}

/** "in the morning", "at night", "this evening" after a time. */
function readPartAfter(words: Words, at: number): Parsed<DayPart> {
  const word = wordAt(words, at);
  if (word === 'at' && wordAt(words, at + 1) === 'night') return { value: 'night', next: at + 2 };
  if (word !== 'in' || wordAt(words, at + 1) !== 'the') return undefined;
  const value = dayPartOf(wordAt(words, at + 2));
  return value === undefined ? undefined : { value, next: at + 3 };
}

/**
 * Moves a time into a part of the day: 9 at night is 21:00, 3 in the morning is 3:00.
 * @returns the minute of the day; undefined if the time is never in that part
 */
export function inPart({ minute, open }: Clock, part: DayPart): number | undefined {
  const twelve = minute % 720;
  if (part === 'morning') return open || minute < 720 ? twelve : undefined;
  if (!open) return minute >= 720 || part === 'night' ? minute : undefined;
  // "1 at night" is after midnight; "10 at night" before it.
  if (part === 'night' && twelve < 300) return twelve;
  return twelve + 720;
}
