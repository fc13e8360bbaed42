import {
  endsNumber,
  isAhead,
  numberOf,
  remembered,
  skip,
  wordAt,
  wordsAre,
  type Parsed,
  type Words,
} from '../../words.ts';
import { beginsDay, isAbout, isHourAfterAbout, skipAbout, withoutIsh } from './about.ts';
import { readDuration } from './durations.ts';
import { readZone } from './zones.ts';

/** A time of day. `open`: written without am, pm or 24 hours, so that a part of the day can move it by 12 hours. */
export type Clock = { minute: number; open: boolean };

/** The parts of a day, with the default minute of each. */
export const dayParts = { morning: 540, afternoon: 900, evening: 1_140, night: 1_200 };
export type DayPart = keyof typeof dayParts;

/** "morning"; with `isPlural` also "mornings". */
export function dayPartOf(word: string, isPlural = false): DayPart | undefined {
  const name = isPlural && word.endsWith('s') ? word.slice(0, -1) : word;
  return name === 'morning' || name === 'afternoon' || name === 'evening' || name === 'night'
    ? name
    : undefined;
}

/**
 * Reads "3pm", "at 9", "15:00", "noon", "half past 7", "quarter to 8", "9 in the morning", "9 o'clock", "at about 5",
 * "ten am", "at 1900".
 * @param expected true if a time is likely here, so that "at 9" is one before any word; 'bare' if "9" is one, too
 */
export function readClock(words: Words, at: number, expected: boolean | 'bare' = false): Parsed<Clock> {
  if (!canBegin(wordAt(words, at))) return undefined;
  const atAt = skipAbout(words, at);
  const isAfterAt = wordAt(words, atAt) === 'at' || wordAt(words, atAt) === '@';
  const start = isAfterAt ? skipAbout(words, atAt + 1) : atAt;
  const hasAt = isAfterAt || (start > at && isHourAfterAbout(words, at, start));
  const clock =
    (isAfterAt ? undefined : readBeside(words, start)) ??
    readNamed(words, start) ??
    readPast(words, start) ??
    readDigits(words, start, hasAt || expected === 'bare', expected === true) ??
    readHourInWords(words, start, hasAt, expected === true);
  if (clock === undefined) return undefined;
  const isOrSo =
    wordAt(words, clock.next) === 'or' && /^(?:so|thereabouts)$/.test(wordAt(words, clock.next + 1));
  const ended = isOrSo ? clock.next + 2 : skip(words, clock.next, /^(?:sharp|ish|prompt)$/);
  const next = wordsAre(words, ended, 'at', 'the', 'latest') ? ended + 3 : ended;
  const part = readPartAfter(words, next);
  if (part === undefined) return { value: clock.value, next };
  const inThePart = inPart(clock.value, part.value);
  return inThePart === undefined
    ? { value: clock.value, next }
    : { value: { minute: inThePart, open: false }, next: part.next };
}

const beside = new Set(['before', 'after', 'to', 'past']);

/** "30 min before 5pm", "half an hour after noon". */
function readBeside(words: Words, at: number): Parsed<Clock> {
  // A fast check before the others: "30 min before", "1 hour and 30 minutes before".
  if (!isAhead(words, at, 6, beside)) return undefined;
  const duration = readDuration(words, at);
  if (duration === undefined || duration.value >= 720) return undefined;
  const way = wordAt(words, duration.next);
  const isBefore = way === 'before' || way === 'to';
  if (!beside.has(way)) return undefined;
  const clock = readNamed(words, duration.next + 1) ?? readDigits(words, duration.next + 1, false, false);
  if (clock === undefined) return undefined;
  const minute = clock.value.minute + (isBefore ? -duration.value : duration.value);
  // "10 min before midnight" is on another day than midnight.
  if (minute < 0 || minute >= 1_440) return undefined;
  return { value: { minute, open: clock.value.open }, next: clock.next };
}

/** A fast check before the others. */
const canBegin = remembered(
  (word) =>
    isAbout(word) ||
    withoutIsh(word) !== undefined ||
    /^(?:at$|@$|an?$|quarter$|half$|\d)/.test(word) ||
    /^[a-z]+-[a-z]+$/.test(word) ||
    named.has(word) ||
    numberOf(word) !== undefined,
);

const named = new Map([
  ['noon', 720],
  ['midday', 720],
  ['midnight', 0],
]);

/** "noon", "12 midnight". */
function readNamed(words: Words, at: number): Parsed<Clock> {
  const start = skip(words, at, /^12$/);
  const word = wordAt(words, start);
  const minute = named.get(withoutIsh(word) ?? word);
  return minute === undefined ? undefined : { value: { minute, open: false }, next: start + 1 };
}

/** Words only, because "9 to 5" and "10 to 12" are ranges. */
const minutesPast = new Map(Object.entries({ five: 5, ten: 10, quarter: 15, twenty: 20, half: 30 }));

/** "half past 7", "quarter to 8", "twenty past six". */
function readPast(words: Words, at: number): Parsed<Clock> {
  const first = wordAt(words, at) === 'a' ? at + 1 : at;
  // "half-past" is one word.
  const [word, attached] = splitAtDash(wordAt(words, first));
  const minutes = minutesPast.get(word);
  const way = attached ?? wordAt(words, first + 1);
  const hourAt = attached === undefined ? first + 2 : first + 1;
  if (minutes === undefined || (way !== 'past' && (way !== 'to' || word === 'half'))) return undefined;
  const hour = readHour(words, hourAt, way === 'past') ?? readNamed(words, hourAt);
  if (hour === undefined) return undefined;
  const minute = hour.value.minute + (way === 'past' ? minutes : 1_440 - minutes);
  return { value: { minute: minute % 1_440, open: hour.value.open }, next: hour.next };
}

/** The parts of "half-past" and "nine-thirty". */
function splitAtDash(word: string): [string, string | undefined] {
  const dash = word.indexOf('-');
  return dash < 0 ? [word, undefined] : [word.slice(0, dash), word.slice(dash + 1)];
}

/**
 * The full hour after "past" and "to". A bare 1 to 5 is in the afternoon.
 * @param isExpected whether it is one before any word: "half past 5 call Ann", unlike "a quarter to 5 people"
 */
function readHour(words: Words, at: number, isExpected: boolean): Parsed<Clock> {
  const digits = readDigits(words, at, true, isExpected);
  if (digits !== undefined) return digits.value.minute % 60 === 0 ? digits : undefined;
  const word = wordAt(words, at);
  const hour = /^\d/.test(word) ? undefined : numberOf(word);
  if (hour === undefined || hour > 12) return undefined;
  return { value: bareHour(hour), next: at + 1 };
}

/** "ten am", "at seven", "at seven thirty". */
function readHourInWords(words: Words, at: number, hasAt: boolean, isExpected: boolean): Parsed<Clock> {
  const ish = withoutIsh(wordAt(words, at));
  const [word, attached] = splitAtDash(ish ?? wordAt(words, at));
  const hour = /^\d/.test(word) ? undefined : numberOf(word);
  if (hour === undefined || hour > 12) return undefined;
  if (ish !== undefined)
    return endsNumber(words, at + 1) ? { value: bareHour(hour), next: at + 1 } : undefined;
  const named = attached ?? wordAt(words, at + 1);
  const minute = (/^\d/.test(named) ? undefined : numberOf(named)) ?? 0;
  if (minute > 59 || (minute < 10 && attached !== undefined)) return undefined;
  const isMinute = minute >= 10;
  const next = isMinute && attached === undefined ? at + 2 : at + 1;
  const meridiem = meridiemOf(wordAt(words, next));
  if (meridiem !== undefined)
    return {
      value: { minute: minuteIn(hour, isMinute ? minute : 0, meridiem), open: false },
      next: skipDot(words, next + 1),
    };
  const bare = bareHour(hour);
  const value = { ...bare, minute: bare.minute + (isMinute ? minute : 0) };
  if (/^o['’]clock$/.test(wordAt(words, next))) return { value, next: next + 1 };
  if (!isMinute && isBeforeTonight(words, next)) return { value, next };
  // "at one with nature" is no time.
  const after = wordAt(words, next);
  return (hasAt || (isExpected && isMinute)) &&
    (/^(?:[^a-z\d].*|sharp|every|in|)$/.test(after) || beginsDay(after))
    ? { value, next }
    : undefined;
}

const digitsOfClock = /^(\d{1,2})(?:[:.](\d\d)(?::\d\d)?)?(am|pm|a\.m|p\.m|a|p)?(-?ish)?$/;
/** "1900", "19h", "19h30", "1900h". */
const continental = /^([01]?\d|2[0-3])(?:h([0-5]\d)?|([0-5]\d)(?:h|hrs)?)$/;

function readDigits(words: Words, at: number, isAfterAt: boolean, isExpected: boolean): Parsed<Clock> {
  const word = wordAt(words, at);
  const [, hours, minutes, attached, ish] = digitsOfClock.exec(word) ?? [];
  const hasAt = isAfterAt || ish !== undefined;
  if (hours === undefined) return readWithoutColon(words, at) ?? readContinental(words, at, hasAt);
  const separateMeridiem = attached === undefined ? meridiemOf(wordAt(words, at + 1)) : undefined;
  const meridiem =
    attached === 'a' ? 'am' : attached === 'p' ? 'pm' : (meridiemOf(attached) ?? separateMeridiem);
  const next = separateMeridiem === undefined ? at + 1 : skipDot(words, at + 2);
  const hour = Number(hours);
  const minute = Number(minutes ?? 0);
  if (minute > 59) return undefined;
  if (meridiem !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    return {
      value: { minute: minuteIn(hour, minute, meridiem), open: false },
      next: attached?.includes('.') ? skipDot(words, next) : next,
    };
  }
  if (hour > 23 || (word.includes('.') && !hasAt)) return undefined;
  if (minutes !== undefined) return { value: { minute: hour * 60 + minute, open: hour <= 12 }, next };
  const isNamed = /^o['’]clock$/.test(wordAt(words, at + 1));
  const value = hour <= 12 ? bareHour(hour) : { minute: hour * 60, open: false };
  if (isNamed) return { value, next: at + 2 };
  if (isBeforeTonight(words, next)) return { value, next };
  if (readPartAfter(words, next) !== undefined) return { value, next };
  return (isAfterAt && isExpected) || (hasAt && (endsNumber(words, next) || readZone(words, next)))
    ? { value, next }
    : undefined;
}

/** "8 tonight", "8 this evening". */
function isBeforeTonight(words: Words, at: number): boolean {
  const isThis = wordAt(words, at) === 'this' && dayPartOf(wordAt(words, at + 1)) !== undefined;
  return wordAt(words, at) === 'tonight' || isThis;
}

/** "730 in the evening", "730pm". A number by itself is an amount. */
function readWithoutColon(words: Words, at: number): Parsed<Clock> {
  const [, hour, minutes, attached] = /^(\d{1,2})([0-5]\d)(am|pm)?$/.exec(wordAt(words, at)) ?? [];
  if (hour === undefined || Number(hour) > 12 || Number(hour) === 0) return undefined;
  const minute = Number(minutes);
  const meridiem = meridiemOf(attached) ?? meridiemOf(wordAt(words, at + 1));
  if (meridiem !== undefined) {
    const next = attached === undefined ? skipDot(words, at + 2) : at + 1;
    return { value: { minute: minuteIn(Number(hour), minute, meridiem), open: false }, next };
  }
  if (readPartAfter(words, at + 1) === undefined) return undefined;
  return { value: { minute: Number(hour) * 60 + minute, open: true }, next: at + 1 };
}

function readContinental(words: Words, at: number, hasAt: boolean): Parsed<Clock> {
  const word = wordAt(words, at);
  const [, hour, afterH = '', minutes = afterH] = continental.exec(word) ?? [];
  if (hour === undefined || (!word.includes('h') && hour.length < 2)) return undefined;
  const hoursAt = word.includes('h') ? at + 1 : skip(words, at + 1, /^(?:h|hrs|hours)$/);
  // "0800 tomorrow"
  const isMilitary = /^0\d{3}$/.test(word) && beginsDay(wordAt(words, hoursAt));
  // "19h" is a length, too, and "1900" a year or an amount.
  if (!isMilitary && !hasAt && hoursAt === at + 1 && !/h\d/.test(word)) return undefined;
  if (!endsNumber(words, hoursAt) && readZone(words, hoursAt) === undefined) return undefined;
  return { value: { minute: Number(hour) * 60 + Number(minutes), open: false }, next: hoursAt };
}

function minuteIn(hour: number, minute: number, meridiem: 'am' | 'pm'): number {
  return (hour % 12) * 60 + minute + (meridiem === 'pm' ? 720 : 0);
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
