import type { Clause } from './clause.ts';
import { readClock } from '../words/clock.ts';
import { readClockRange } from '../words/clock-range.ts';
import type { NamedDay } from '../words/dates.ts';
import { readDateOfMonth, readDay } from '../words/days.ts';
import { readCalendarSpan, readDuration } from '../words/durations.ts';
import { readRule } from '../words/recurrence.ts';
import { readHoursAhead, readPart, readReminders } from '../words/reminders.ts';
import { endsNumber, numberOf, wordAt, weekdays, type Parsed, type Words } from '../words.ts';

/** Reads a recurrence or reminders. */
export function readRuleClause(words: Words, at: number): Parsed<Clause> {
  const rule = readRule(words, at);
  if (rule !== undefined) return { value: { is: 'rule', ...rule.value }, next: rule.next };
  const reminders = readReminders(words, at);
  return reminders && { value: { is: 'reminders', reminders: reminders.value }, next: reminders.next };
}

/** Reads a clause that its first word introduces: "until friday", "starting friday", "for 2 weeks", "by friday", "by 5pm". */
export function readPrefixed(words: Words, at: number): Parsed<Clause> {
  switch (wordAt(words, at)) {
    case 'until':
    case 'till':
    case 'til':
    case 'ending':
    case 'ends': {
      const day = readDayAfterOn(words, at + 1);
      return day && { value: { is: 'until', day: day.value }, next: day.next };
    }
    case 'starting':
    case 'starts':
    case 'beginning':
    case 'from': {
      const day = readDayAfterOn(words, at + 1);
      return (
        day && {
          value: { is: 'day', day: day.value, isFromOnly: wordAt(words, at) === 'from' },
          next: day.next,
        }
      );
    }
    case 'for':
      return readFor(words, at + 1);
    case 'due': {
      const next = wordAt(words, at + 1) === ':' ? at + 2 : at + 1;
      return readOnDay(words, next) ?? readBareDay(words, next) ?? readBareTime(words, next);
    }
    case 'on':
    case 'by':
      return readOnDay(words, at) ?? readBareTime(words, at + 1);
    case 'at':
      return wordAt(words, at + 1) === 'the' ? readBareDay(words, at + 1) : undefined;
    default:
      return undefined;
  }
}

function readOnDay(words: Words, at: number): Parsed<Clause> {
  const day = readDayAfterOn(words, at);
  return day && { value: { is: 'day', day: day.value, isFromOnly: false }, next: day.next };
}

function readDayAfterOn(words: Words, at: number): Parsed<NamedDay> {
  const start = /^(?:on|by)$/.test(wordAt(words, at)) ? at + 1 : at;
  return readDay(words, start) ?? readDateOfMonth(words, start);
}

/** "for 2 weeks", "for the next 3 months", "for 30 min". */
function readFor(words: Words, at: number): Parsed<Clause> {
  const start = wordAt(words, at) === 'the' && wordAt(words, at + 1) === 'next' ? at + 2 : at;
  const span = readCalendarSpan(words, start);
  if (span !== undefined) return { value: { is: 'length', ...span.value }, next: span.next };
  const duration = readDuration(words, start);
  if (duration !== undefined) {
    const { value: minutes, next } = duration;
    return minutes === 0 ? undefined : { value: { is: 'duration', minutes }, next };
  }
  return readTimes(words, start);
}

/** Words that are a day only if the next word doesn't continue something else: "sun cream", "1/2 cup". */
const ambiguous = new Set(['sun', 'sat', 'wed', '1/2', '1/3', '2/3', '1/4', '3/4']);

function isAmbiguous(words: Words, at: number): boolean {
  const word = wordAt(words, at);
  if (!ambiguous.has(word) || (at === 0 && weekdays.has(word))) return false;
  return !endsNumber(words, at + 1) && !/^\d/.test(wordAt(words, at + 1));
}

/** Reads a day or a moment without a word that introduces it. */
export function readBareDay(words: Words, at: number): Parsed<Clause> {
  if (isAmbiguous(words, at)) return undefined;
  const ahead = readHoursAhead(words, at);
  if (ahead !== undefined) return { value: { is: 'instant', instant: ahead.value }, next: ahead.next };
  const day = readDay(words, at);
  return day && { value: { is: 'day', day: day.value, isFromOnly: false }, next: day.next };
}

/** Reads a time, a range of times, a part of the day, or a count, without a word that introduces it. */
export function readBareTime(words: Words, at: number, isExpected = false): Parsed<Clause> {
  const times = readTimes(words, at);
  if (times !== undefined) return times;
  const range = readClockRange(words, at, isExpected);
  if (range !== undefined) return { value: { is: 'clock', ...range.value }, next: range.next };
  const clock = readClock(words, at, isExpected);
  if (clock !== undefined) return { value: { is: 'clock', clock: clock.value }, next: clock.next };
  const part = readPart(words, at, false);
  return part && { value: { is: 'part', part: part.value }, next: part.next };
}

/** "10 times". */
function readTimes(words: Words, at: number): Parsed<Clause> {
  const count = numberOf(wordAt(words, at));
  if (count === undefined || !/^(?:times?|occurrences?)$/.test(wordAt(words, at + 1))) return undefined;
  return { value: { is: 'count', count }, next: at + 2 };
}
