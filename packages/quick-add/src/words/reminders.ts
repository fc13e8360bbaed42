import { dayPartOf, readClock, type Clock, type DayPart } from './clock.ts';
import type { NamedDay } from './dates.ts';
import { readDay } from './anchors.ts';
import { readDateOfMonth } from './days.ts';
import { readCalendarSpan, readDuration } from './durations.ts';
import { skip, wordAt, wordsAre, type Parsed, type Words } from '../words.ts';
import { readZone } from './zones.ts';

/** A moment as the words give it: a day, a time, or both. */
export type NamedMoment = {
  day?: NamedDay;
  clock?: Clock;
  part?: DayPart;
  zone?: string;
  /** In milliseconds, for "in 2 hours". */
  instant?: number;
};

/** A reminder as the words give it: on time, minutes before the task begins, at a time some days before it, or at a moment. */
export type NamedReminder =
  | { whenDue: true }
  | { minutesBefore: number }
  | { daysBefore: number; clock: Clock }
  | { moment: NamedMoment };

/** Reads "remind me 2h before", "remind me at 9am and 1 day before", "remind me tomorrow at 8", "remind me on time". */
export function readReminders(words: Words, at: number): Parsed<NamedReminder[]> {
  if (wordAt(words, at) !== 'remind') return undefined;
  // In "Remind me to call Ann tomorrow at 3" the date is that of the task.
  if (at === 0 && wordAt(words, 1) === 'me' && wordAt(words, 2) === 'to')
    return { value: [{ whenDue: true }], next: 3 };
  const found: NamedReminder[] = [];
  let next = wordAt(words, at + 1) === 'me' ? at + 2 : at + 1;
  for (;;) {
    const isFirst = found.length === 0;
    if (!isFirst && wordAt(words, next) !== 'and') break;
    const one = readOne(words, isFirst ? next : next + 1);
    if (one === undefined) break;
    found.push(one.value);
    next = one.next;
  }
  if (found.length === 0) return undefined;
  // The "to" of "Remind me tomorrow at 8 to call Ann" belongs to the clause.
  return { value: found, next: at === 0 && wordAt(words, next) === 'to' ? next + 1 : next };
}

function readOne(words: Words, at: number): Parsed<NamedReminder> {
  if (wordAt(words, at) === 'on' && wordAt(words, at + 1) === 'time')
    return { value: { whenDue: true }, next: at + 2 };
  const before = readBefore(words, at);
  if (before !== undefined) return before;
  const moment = readMoment(words, at);
  return moment === undefined ? undefined : { value: { moment: moment.value }, next: moment.next };
}

/** A duration in a draft has at most four digits of days. */
const maxMinutes = 9_000 * 1_440;

/** "2h before", "1 day and 2 hours earlier", "the day before at 9". */
function readBefore(words: Words, at: number): Parsed<NamedReminder> {
  const isTheDay = wordAt(words, at) === 'the' && wordAt(words, at + 1) === 'day';
  const duration = isTheDay ? { value: 1_440, next: at + 2 } : readDuration(words, at);
  if (duration === undefined || duration.value > maxMinutes) return undefined;
  const { value: minutes, next } = duration;
  if (!/^(?:before|beforehand|earlier|ahead|prior)$/.test(wordAt(words, next))) return undefined;
  const clock = minutes % 1_440 === 0 && minutes > 0 ? readClock(words, next + 1, true) : undefined;
  if (clock === undefined) return { value: { minutesBefore: minutes }, next: next + 1 };
  return { value: { daysBefore: minutes / 1_440, clock: clock.value }, next: clock.next };
}

/** Reads a day, a time, a part of the day and a zone in any order, each at most once: "tomorrow morning", "at 9 on friday". */
export function readMoment(words: Words, at: number): Parsed<NamedMoment> {
  const ahead = readHoursAhead(words, at);
  if (ahead !== undefined) return { value: { instant: ahead.value }, next: ahead.next };
  const value: NamedMoment = {};
  let next = at;
  for (;;) {
    const step = readStep(words, next, value);
    if (step === undefined) break;
    Object.assign(value, step.value);
    next = step.next;
  }
  return next === at ? undefined : { value, next };
}

function readStep(words: Words, at: number, known: NamedMoment): Parsed<NamedMoment> {
  const hasOn = wordAt(words, at) === 'on';
  if (known.day === undefined) {
    const day = readDay(words, hasOn ? at + 1 : at) ?? (hasOn ? readDateOfMonth(words, at + 1) : undefined);
    if (day !== undefined) return { value: { day: day.value }, next: day.next };
  }
  if (known.clock === undefined) {
    const clock = readClock(words, at, true);
    if (clock !== undefined) return { value: { clock: clock.value }, next: clock.next };
  }
  if (known.part === undefined) {
    const part = readPart(words, at, known.day !== undefined);
    if (part !== undefined) return { value: { part: part.value }, next: part.next };
  }
  if (known.zone !== undefined || (known.clock ?? known.part ?? known.day) === undefined) return undefined;
  const zone = readZone(words, at);
  return zone === undefined ? undefined : { value: { zone: zone.value }, next: zone.next };
}

/** Reads "in the morning", "at night", "first thing", "the evening of" before a day, and after a day "morning" and "mornings". */
export function readPart(words: Words, at: number, isAfterDay: boolean): Parsed<DayPart> {
  const isInThe = wordAt(words, at) === 'in' && wordAt(words, at + 1) === 'the';
  if (wordAt(words, at) === 'at' && wordAt(words, at + 1) === 'night')
    return { value: 'night', next: at + 2 };
  if (wordsAre(words, at, 'first', 'thing'))
    return { value: 'morning', next: wordsAre(words, at + 2, 'in', 'the', 'morning') ? at + 5 : at + 2 };
  const ofDay = readPartOf(words, at);
  if (ofDay !== undefined) return ofDay;
  if (!isInThe && !isAfterDay) return undefined;
  const partAt = isInThe ? at + 2 : at;
  const value = dayPartOf(wordAt(words, partAt), isAfterDay);
  return value === undefined ? undefined : { value, next: partAt + 1 };
}

/** Reads "the morning of" before a day. */
function readPartOf(words: Words, at: number): Parsed<DayPart> {
  const start = skip(words, skip(words, at, /^on$/), /^the$/);
  const value = wordAt(words, start + 1) === 'of' ? dayPartOf(wordAt(words, start)) : undefined;
  const day = value && (readDay(words, start + 2) ?? readDateOfMonth(words, start + 2));
  return value && day && { value, next: start + 2 };
}

const minuteMs = 60_000;

/**
 * Reads "in 2 hours", "in about 5 hours", "within 1h30", "in 1 day 2 hours", "2 hours from now", "3 hours later", "+3h".
 * Whole days are left to `readDay`.
 * @returns an instant in milliseconds, rounded to the minute
 */
export function readHoursAhead(words: Words, at: number): Parsed<number> {
  const first = wordAt(words, at);
  const hasIn = first === 'in' || first === 'within';
  const start = hasIn
    ? skip(words, skip(words, skip(words, at + 1, /^(?:about|around|roughly)$/), /^the$/), /^next$/)
    : at;
  if (first.startsWith('+')) return readPlusHours(words, at);
  const duration = readDuration(words, start);
  // Days and weeks only are a day.
  if (duration === undefined || areDaysOnly(words, start, duration.next)) return undefined;
  const after = wordAt(words, duration.next);
  const isFromNow = after === 'from' && wordAt(words, duration.next + 1) === 'now';
  const isLater = isFromNow || after === 'later' || after === 'hence';
  if (!hasIn && !isLater) return undefined;
  const next = isFromNow ? duration.next + 2 : isLater ? duration.next + 1 : duration.next;
  return { value: minutesAhead(words, duration.value), next: hasIn ? skip(words, next, /^time$/) : next };
}

/** "+3h", "+90min", "+2 hours". */
function readPlusHours(words: Words, at: number): Parsed<number> {
  const [, digits = '', attached] = /^\+(\d{1,4})([a-z]+)?$/.exec(wordAt(words, at)) ?? [];
  const unit = attached ?? wordAt(words, at + 1);
  const size = /^(?:h|hrs?|hours?)$/.test(unit) ? 60 : /^(?:min|mins|minutes?)$/.test(unit) ? 1 : 0;
  if (digits === '' || size === 0) return undefined;
  return {
    value: minutesAhead(words, Number(digits) * size),
    next: attached === undefined ? at + 2 : at + 1,
  };
}

function areDaysOnly(words: Words, at: number, end: number): boolean {
  const first = readCalendarSpan(words, at);
  if (first === undefined || first.next >= end) return first !== undefined;
  const second = readCalendarSpan(words, skip(words, first.next, /^and$/));
  return second !== undefined && second.next >= end;
}

/** The instant some minutes from now, rounded to the minute. */
export function minutesAhead({ now }: Words, minutes: number): number {
  return Math.round((now + minutes * minuteMs) / minuteMs) * minuteMs;
}
