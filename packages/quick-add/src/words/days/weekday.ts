import { isoWeekday, nextMonthly, type Day } from '@rondo/time/calendar';
import { firstDayOf } from '@rondo/recurrence/first-day';
import { ruleOf } from '@rondo/recurrence/rule';
import { readCalendarDate, weekdayFrom, type NamedDay } from './dates.ts';
import { moved, readCalendarSpan } from '../times/durations.ts';
import {
  endsNumber,
  numberOf,
  ordinalOf,
  skip,
  wordAt,
  wordsAre,
  weekdays,
  type Parsed,
  type Words,
} from '../../words.ts';

/** Reads a weekday: the next one after today, or the date that follows it. */
export function readWeekday(words: Words, at: number): Parsed<NamedDay> {
  const weekday = weekdays.get(wordAt(words, at));
  if (weekday === undefined) return undefined;
  const next = at + 1;
  const dateAt = skip(words, next, /^[,.]$/);
  const dated = readCalendarDate(words, dateAt);
  if (dated !== undefined && isoWeekday(dated.value.day) === weekday) return dated;
  const { today } = words;
  const later = readWeeksLater(words, next);
  if (later !== undefined)
    return { value: { day: weekdayFrom(weekday, today + 1) + later.value }, next: later.next };
  const inWeek = readWeekOf(words, next);
  if (inWeek !== undefined) return { value: { day: inWeek.value + weekday - 1 }, next: inWeek.next };
  if (wordsAre(words, next, 'after', 'next'))
    return { value: { day: today - isoWeekday(today) + 14 + weekday }, next: next + 2 };
  // "monday next", unlike "monday next to the school"
  const isNext =
    wordAt(words, next) === 'next' && endsNumber(words, next + 1) && wordAt(words, next + 1) !== 'to';
  if (isNext) return { value: { day: today - isoWeekday(today) + 7 + weekday }, next: next + 1 };
  const ahead = wordAt(words, next) === 'in' ? readCalendarSpan(words, next + 1) : undefined;
  if (ahead?.value.unit === 'week') {
    const day = moved(today, ahead.value, 1);
    return { value: { day: day - isoWeekday(day) + weekday }, next: ahead.next };
  }
  const nth = readDateAfterWeekday(words, dateAt, weekday);
  if (nth !== undefined) return nth;
  const from = (day: Day) => weekdayFrom(weekday, day);
  return { value: { day: from(today + 1), from, isWeekday: true }, next };
}

/** "week" and "fortnight" after a weekday: "friday week" is a week after friday. @returns days */
function readWeeksLater(words: Words, at: number): Parsed<number> {
  const days = { week: 7, fortnight: 14 }[wordAt(words, at)];
  return days === undefined || !endsNumber(words, at + 1) ? undefined : { value: days, next: at + 1 };
}

/** "next week" and "of this week" after a weekday. @returns the Monday */
function readWeekOf(words: Words, at: number): Parsed<Day> {
  const start = skip(words, at, 'of');
  const which = wordAt(words, start);
  if (!/^(?:next|this)$/.test(which) || wordAt(words, start + 1) !== 'week') return undefined;
  const monday = words.today - isoWeekday(words.today) + 1;
  return { value: which === 'next' ? monday + 7 : monday, next: start + 2 };
}

/** "friday the 13th", "friday 18": the next such date that is this weekday. */
function readDateAfterWeekday(
  words: Words,
  at: number,
  weekday: NonNullable<ReturnType<typeof weekdays.get>>,
): Parsed<NamedDay> {
  const start = skip(words, at, 'the');
  const word = wordAt(words, start);
  const isNumber = /^\d{1,2}$/.test(word);
  // "friday 9-16" are hours.
  const isRange =
    isNumber && /^[-–]$/.test(wordAt(words, start + 1)) && words.tokens[start + 1]?.spaced === false;
  if (isRange) return undefined;
  const date = isNumber ? numberOf(word) : ordinalOf(word);
  if (date === undefined || date < 1 || date > 31 || !endsNumber(words, start + 1)) return undefined;
  const rule = ruleOf({ frequency: 'MONTHLY', byMonthDay: [date], byDay: [{ weekday, nth: null }] });
  const day = firstDayOf(rule, words.today);
  // A number is often something else: it is a date only if it is the next one.
  if (day === undefined || (isNumber && day !== nextMonthly(date, words.today))) return undefined;
  return { value: { day }, next: start + 1 };
}
