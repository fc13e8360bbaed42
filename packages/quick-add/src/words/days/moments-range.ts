import { readDay } from './anchors.ts';
import { readClock } from '../times/clock.ts';
import type { NamedDay } from './dates.ts';
import { skip, wordAt, type Parsed, type Words } from '../../words.ts';

/** A day and a minute of it. */
export type TimedDay = { day: NamedDay; minute: number };

/** Reads "3 oct 9am to 4 oct 5pm", "from friday at 6pm until sunday at 3pm", "from 9am monday to 5pm tuesday". */
export function readMomentsRange(words: Words, at: number): Parsed<{ first: TimedDay; last: TimedDay }> {
  const first = readTimedDay(words, skip(words, at, 'from'));
  if (first === undefined || !/^(?:to|until|till|through|thru|[-–])$/.test(wordAt(words, first.next)))
    return undefined;
  const last = readTimedDay(words, first.next + 1);
  return last && { value: { first: first.value, last: last.value }, next: last.next };
}

function readTimedDay(words: Words, at: number): Parsed<TimedDay> {
  const day = readDay(words, at);
  if (day === undefined) return readTimeThenDay(words, at);
  if (day.value.instant !== undefined) return undefined;
  if (day.value.minute !== undefined)
    return { value: { day: day.value, minute: day.value.minute }, next: day.next };
  const clock = readClock(words, day.next, true);
  return clock && { value: { day: day.value, minute: clock.value.minute }, next: clock.next };
}

/** Reads "9am monday", "noon on friday". */
export function readTimeThenDay(words: Words, at: number): Parsed<TimedDay> {
  const clock = readClock(words, at, true);
  const day = clock && readDay(words, skip(words, clock.next, 'on'));
  if (clock === undefined || day === undefined || (day.value.minute ?? day.value.instant) !== undefined)
    return undefined;
  return { value: { day: day.value, minute: clock.value.minute }, next: day.next };
}
