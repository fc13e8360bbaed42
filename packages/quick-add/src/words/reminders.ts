import { readClock, type Clock, type DayPart } from './times/clock.ts';
import type { NamedDay } from './days/dates.ts';
import { readDay } from './days/anchors.ts';
import { readDateOfMonth } from './days/days.ts';
import { readDuration } from './times/durations.ts';
import { readHoursAhead } from './times/hours-ahead.ts';
import { readPart } from './times/parts-of-day.ts';
import { wordAt, type Parsed, type Words } from '../words.ts';
import { readZone } from './times/zones.ts';

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
