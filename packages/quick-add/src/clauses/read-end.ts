import type { Clause } from './clause.ts';
import { readDay } from '../words/days/anchors.ts';
import { isBeforeDay } from '../words/times/about.ts';
import { readClock } from '../words/times/clock.ts';
import { civilOf, dayOf, endOfMonth } from '@rondo/time/calendar';
import { weekdayFrom, type NamedDay } from '../words/days/dates.ts';
import { readDateOfMonth } from '../words/days/days.ts';
import { readTimeThenDay } from '../words/days/moments-range.ts';
import { readMonthOrYear } from '../words/days/months.ts';
import { endsNumber, skip, wordAt, weekdays, type Parsed, type Words } from '../words.ts';

/** Reads a day with or without "on": "on the friday", "the 27th". */
export function readDayAfterOn(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, skip(words, at, /^(?:on|by)$/), /^(?:or)$/);
  // "on the friday"
  const isNamed = wordAt(words, start) === 'the' && weekdays.has(wordAt(words, start + 1));
  return readDay(words, isNamed ? start + 1 : start) ?? readDateOfMonth(words, start);
}

/** "to 2 october" after a recurrence or its start. */
export function readEnd(words: Words, at: number): Parsed<Clause> {
  return wordAt(words, at) === 'to' ? readUntil(words, at + 1, false) : undefined;
}

/** "until 1 Mar", "until the end of june", "through december", "until 5pm", "until noon tomorrow". */
export function readUntil(words: Words, at: number, isThrough: boolean): Parsed<Clause> {
  const moment = readTimeThenDay(words, at);
  if (moment !== undefined) {
    const { day, minute } = moment.value;
    return { value: { is: 'until', day: { ...day, minute }, isThrough }, next: moment.next };
  }
  const day = readDayAfterOn(words, at) ?? readMonthOrYear(words, at);
  if (day !== undefined) return { value: { is: 'until', day: day.value, isThrough }, next: day.next };
  return isThrough ? undefined : limited(readClockOf(words, at), 'until');
}

/** "october" after "end": its last day. */
export function readEndOfMonth(words: Words, at: number): Parsed<Clause> {
  const month = readDay(words, at) === undefined ? readMonthOrYear(words, at) : undefined;
  if (month?.value.last === undefined || !endsNumber(words, month.next)) return undefined;
  const { day, last } = month.value;
  return { value: { is: 'until', day: { day: last(day) }, isThrough: false }, next: month.next };
}

/** Remembers that a time is the end of something: a recurrence within a day doesn't begin then. */
export function limited(read: Parsed<Clause>, limit: 'until' | 'by' | undefined): Parsed<Clause> {
  return read?.value.is === 'clock' && limit ? { ...read, value: { ...read.value, limit } } : read;
}

/** "the month" after "for the rest of". */
export function readUntilEnd(words: Words, at: number): Parsed<Clause> {
  const unit = wordAt(words, skip(words, at, /^(?:the|this)$/));
  const next = skip(words, at, /^(?:the|this)$/) + 1;
  const { year } = civilOf(words.today);
  const ends = new Map([
    ['week', weekdayFrom(7, words.today)],
    ['month', endOfMonth(words.today)],
    ['year', dayOf(year, 12, 31)],
  ]);
  const day = ends.get(unit);
  return day === undefined ? undefined : { value: { is: 'until', day: { day }, isThrough: false }, next };
}

/**
 * Reads a time: "5pm". A number is an hour beside a day: "friday by 5", "after 8 tomorrow".
 * @param afterDay whether a day precedes
 */
export function readClockOf(words: Words, at: number, afterDay = false): Parsed<Clause> {
  const clock = readClock(words, at, afterDay || isBeforeDay(words, at + 1) ? 'bare' : false);
  return clock && { value: { is: 'clock', clock: clock.value }, next: clock.next };
}
