import type { Clause, DayRole } from './clause.ts';
import { limited, readClockOf, readDayAfterOn, readEndOfMonth, readUntil, readUntilEnd } from './read-end.ts';
import { readTimes } from './read-times.ts';
import { readDay } from '../words/days/anchors.ts';
import { dayPartOf, readClock, type Clock } from '../words/times/clock.ts';
import { readClockRange } from '../words/times/clock-range.ts';
import type { NamedDay } from '../words/days/dates.ts';
import { readDateOfMonth } from '../words/days/days.ts';
import { isNameOfMonth, readMonthOrYear } from '../words/days/months.ts';
import { readDaysRange } from '../words/days/days-range.ts';
import { moved, readCalendarSpan, readDuration, readUnit } from '../words/times/durations.ts';
import { readException } from '../words/rules/exceptions.ts';
import { readHoliday } from '../words/days/holidays.ts';
import { readMomentsRange } from '../words/days/moments-range.ts';
import { isAdverb } from '../words/rules/adverbs.ts';
import { readRule } from '../words/rules/recurrence.ts';
import { readReminders } from '../words/reminders.ts';
import { minutesAhead, readHoursAhead } from '../words/times/hours-ahead.ts';
import { readPart } from '../words/times/parts-of-day.ts';
import { endsNumber, readList, skip, wordAt, wordsAre, type Parsed, type Words } from '../words.ts';

/** Reads a recurrence, an exception or reminders. */
export function readRuleClause(words: Words, at: number): Parsed<Clause> {
  const rule = readRule(words, at);
  if (rule !== undefined) return { value: { is: 'rule', ...rule.value }, next: rule.next };
  const exception = readException(words, at);
  if (exception !== undefined)
    return { value: { is: 'except', exception: exception.value }, next: exception.next };
  const reminders = readReminders(words, at);
  return reminders && { value: { is: 'reminders', reminders: reminders.value }, next: reminders.next };
}

/** Reads a clause that its first word introduces: "until friday", "starting friday", "for 2 weeks", "by friday", "by 5pm". */
export function readPrefixed(words: Words, at: number, afterDay = false): Parsed<Clause> {
  switch (wordAt(words, at)) {
    case 'until':
    case 'till':
    case 'til':
    case "'til":
    case 'ending':
    case 'ends':
    case 'through':
    case 'thru':
      return readUntil(words, skip(words, at + 1, /^(?:to|at)$/), wordAt(words, at).startsWith('thr'));
    case 'end':
      return readEndOfMonth(words, at + 1) ?? readUntil(words, skip(words, at + 1, /^(?:to|at)$/), false);
    case 'up':
      if (!/^(?:to|until|till)$/.test(wordAt(words, at + 1))) return undefined;
      return readUntil(words, wordsAre(words, at + 2, 'and', 'including') ? at + 4 : at + 2, false);
    case 'starting':
    case 'starts':
    case 'start':
    case 'beginning':
    case 'begins':
    case 'effective':
    case 'commencing':
      return readStart(words, at + 1);
    case 'from':
    case 'between':
      return readFrom(words, at);
    case 'around':
    case 'roughly':
    case 'circa':
    case 'towards':
      return readAs(readDay(words, at + 1), 'plain');
    case 'the':
      return wordsAre(words, at + 1, 'rest', 'of') ? readUntilEnd(words, at + 3) : undefined;
    case 'over':
    case 'during':
    case 'throughout':
      return wordAt(words, at + 1) === 'the' ? readFor(words, at + 1) : undefined;
    case 'for':
      if (wordsAre(words, at + 1, 'the', 'rest', 'of')) return readUntilEnd(words, at + 4);
      return readFor(words, at + 1) ?? readAs(readDay(words, at + 1), 'plain');
    case 'as':
      return /^(?:of|from)$/.test(wordAt(words, at + 1)) ? readDayOrMonth(words, at + 2, 'start') : undefined;
    case 'due': {
      const next = wordAt(words, at + 1) === ':' ? at + 2 : at + 1;
      return readOnDay(words, next) ?? readBareDay(words, next) ?? readBareTime(words, next);
    }
    case 'before':
      // "the night before"
      return dayPartOf(wordAt(words, at - 1))
        ? undefined
        : limited(readBefore(words, at + 1, afterDay), 'by');
    case 'after':
      return readClockOf(words, at + 1, afterDay);
    case 'on':
    case 'by':
    case 'no':
    case 'not': {
      const isLimit = wordAt(words, at + 1) === 'later' && wordAt(words, at + 2) === 'than';
      const isNegated = wordAt(words, at).startsWith('no');
      if (isNegated && !isLimit) return undefined;
      const start = isNegated ? at + 3 : at;
      const range = wordAt(words, at) === 'on' ? readDaysRange(words, at) : undefined;
      if (range !== undefined) return { value: { is: 'days', ...range.value }, next: range.next };
      const limit = isNegated || wordAt(words, at) === 'by' ? 'by' : undefined;
      return (
        readOnDay(words, start) ??
        (wordAt(words, at) === 'by' ? readByMonth(words, at + 1) : undefined) ??
        limited(readBareTime(words, isNegated ? start : at + 1), limit) ??
        (limit && !isNegated ? limited(readClockOf(words, at + 1, afterDay), limit) : undefined)
      );
    }
    case 'at': {
      const exact = /^\d{4}-/.test(wordAt(words, at + 1)) ? readOnDay(words, at + 1) : undefined;
      if (exact !== undefined) return exact;
      const holiday = readHoliday(words, at + 1);
      if (holiday !== undefined) return readOnDay(words, at + 1);
      return /^(?:the|end|start|beginning)$/.test(wordAt(words, at + 1))
        ? readBareDay(words, at + 1)
        : undefined;
    }
    default:
      return undefined;
  }
}

function readAs(day: Parsed<NamedDay>, role: DayRole): Parsed<Clause> {
  return day && { value: { is: 'day', day: day.value, role }, next: day.next };
}

function readOnDay(words: Words, at: number): Parsed<Clause> {
  return readAs(readDayAfterOn(words, at), 'plain');
}

/** "by october". "a song by May" may be by someone. */
function readByMonth(words: Words, at: number): Parsed<Clause> {
  if (isNameOfMonth(words, at) || !endsNumber(words, at + 1)) return undefined;
  return readDayOrMonth(words, at, 'plain');
}

/** "1 Dec", "in april", "at 9pm", "now". */
function readStart(words: Words, at: number): Parsed<Clause> {
  const start = skip(words, at, 'from');
  return readDayOrMonth(words, start, 'start') ?? readBareTime(words, start, true);
}

function readMoments(words: Words, at: number): Parsed<Clause> {
  const moments = readMomentsRange(words, at);
  return moments && { value: { is: 'moments', ...moments.value }, next: moments.next };
}

/** "from monday to friday", "from 9 to 5", "from june", "from 9am". */
function readFrom(words: Words, at: number): Parsed<Clause> {
  const days = readDaysRange(words, at);
  if (days !== undefined) return { value: { is: 'days', ...days.value }, next: days.next };
  const moments = readMoments(words, at);
  if (moments !== undefined) return moments;
  const range = readClockRange(words, at, true, false);
  if (range !== undefined) return { value: { is: 'clock', ...range.value }, next: range.next };
  if (wordAt(words, at) === 'between') return undefined;
  const day = readDayOrMonth(words, at + 1, 'from');
  return day ? { ...day, next: afterOnwards(words, day.next) } : readClockOf(words, at + 1);
}

/** "from monday onwards", "from next month on every friday". "from monday on the 5th" has a date. */
function afterOnwards(words: Words, at: number): number {
  const after = wordAt(words, at + 1);
  const isOn =
    wordAt(words, at) === 'on' && (after === '' || /^(?:,|every|each|ev)$/.test(after) || isAdverb(after));
  return isOn || /^(?:onwards?|forward)$/.test(wordAt(words, at)) ? at + 1 : at;
}

function readDayOrMonth(words: Words, at: number, role: DayRole): Parsed<Clause> {
  const start = skip(words, at, 'on');
  const isNow = wordAt(words, start) === 'now';
  if (isNow)
    return readAs(
      { value: { day: words.today, isToday: true, isNow: true }, next: skip(words, start + 1, 'on') },
      role,
    );
  const day = readDayAfterOn(words, start) ?? readMonthOrYear(words, start);
  if (day === undefined) return undefined;
  const { within: _, ...value } = day.value;
  return readAs({ value, next: day.next }, role);
}

/** "before friday" is by the day before; "before 5pm" is by 5pm. */
function readBefore(words: Words, at: number, afterDay: boolean): Parsed<Clause> {
  const day = readDayAfterOn(words, at) ?? readMonthOrYear(words, at);
  if (day === undefined || day.value.instant !== undefined) return readClockOf(words, at, afterDay);
  if (day.value.isToday || day.value.minute !== undefined) return undefined;
  return readAs({ value: { day: day.value.day - 1 }, next: day.next }, 'plain');
}

/** "for 2 weeks", "for the next 3 months", "for the next month", "for 30 min". */
function readFor(words: Words, at: number): Parsed<Clause> {
  const start = skip(words, skip(words, at, 'the'), /^(?:next|following|coming)$/);
  const span = readCalendarSpan(words, start) ?? (start > at + 1 ? readUnit(words, start, 1) : undefined);
  if (span !== undefined && !span.value.isWorkday)
    return { value: { is: 'length', count: span.value.count, unit: span.value.unit }, next: span.next };
  const duration = readDuration(words, start);
  if (duration !== undefined) {
    const { value: minutes, next } = duration;
    return minutes === 0 ? undefined : { value: { is: 'duration', minutes }, next };
  }
  return readTimes(words, start);
}

/** "5 days" and "2 hours" at the end of a phrase: from now on. */
export function readLastSpan(words: Words, at: number): Parsed<Clause> {
  if (/^(?:an?|the|one)$/.test(wordAt(words, at)) || notAhead.test(wordAt(words, at - 1))) return undefined;
  const span = readCalendarSpan(words, at);
  if (span !== undefined && wordAt(words, span.next) === '' && words.tokens[span.next] === undefined)
    return readAs({ value: { day: moved(words.today, span.value, 1) }, next: span.next }, 'plain');
  const hours = /^\d{1,2}$/.test(wordAt(words, at)) && /^hours?$/.test(wordAt(words, at + 1));
  if (!hours || words.tokens[at + 2] !== undefined) return undefined;
  const instant = minutesAhead(words, Number(wordAt(words, at)) * 60);
  return { value: { is: 'instant', instant }, next: at + 2 };
}

/** Words before a length. */
const notAhead =
  /^(?:for|of|last|past|next|previous|first|every|each|than|about|around|and|or|to|takes?|lasts?|[-–])$/;

/** Reads a day or a moment without a word that introduces it. */
export function readBareDay(words: Words, at: number): Parsed<Clause> {
  const ahead = readHoursAhead(words, at);
  if (ahead !== undefined) return { value: { is: 'instant', instant: ahead.value }, next: ahead.next };
  const day = readDay(words, at);
  const range = readDaysRange(words, at, day);
  if (range !== undefined) return { value: { is: 'days', ...range.value }, next: range.next };
  return (day && readMoments(words, at)) ?? readAs(day, 'plain');
}

/** Reads "the 27th" or "27th" without a word that introduces it. */
export function readBareDate(words: Words, at: number): Parsed<Clause> {
  return /^(?:the|\d.*)$/.test(wordAt(words, at)) ? readAs(readDateOfMonth(words, at), 'plain') : undefined;
}

/** Reads a time, a range of times, a part of the day, or a count, without a word that introduces it. */
export function readBareTime(words: Words, at: number, isExpected = false, afterDay = false): Parsed<Clause> {
  const times = readTimes(words, at);
  if (times !== undefined) return times;
  const range = readClockRange(words, at, isExpected, afterDay);
  if (range !== undefined) return { value: { is: 'clock', ...range.value }, next: range.next };
  const clock = readClock(words, at, isExpected) ?? (afterDay ? readMilitary(words, at) : undefined);
  if (clock === undefined) {
    const part = readPart(words, at, false);
    return part && { value: { is: 'part', part: part.value }, next: part.next };
  }
  const clocks = readList(words, at, (_, index) => readNextClock(words, index));
  if (clocks === undefined || clocks.value.length < 2)
    return { value: { is: 'clock', clock: clock.value }, next: clock.next };
  return { value: { is: 'times', clocks: clocks.value }, next: clocks.next };
}

/** Verbs of an amount: "pay friday 12.50". */
const paying = /^(?:pay|transfer|owe|refund|donate|tip|lend|send|give|charge|invoice|budget)$/;

/** "1900", "12.30" and "17h" after a day. "2h" is a length. */
function readMilitary(words: Words, at: number): Parsed<Clock> {
  const word = wordAt(words, at);
  const isDotted =
    /^\d{1,2}\.[0-5][05]$/.test(word) && endsNumber(words, at + 1) && !paying.test(wordAt(words, 0));
  return isDotted || /^(?:\d{4}|(?:1[3-9]|2[0-3])h)$/.test(word) ? readClock(words, at, 'bare') : undefined;
}

/** The times of "at 8am, 2pm and 8pm", and of "at 8 and 20". */
function readNextClock(words: Words, at: number): Parsed<Clock> {
  const isNumber = /^\d{1,2}$/.test(wordAt(words, at));
  return readClock(words, at, isNumber ? 'bare' : true);
}
