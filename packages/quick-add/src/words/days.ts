import {
  addUnits,
  civilOf,
  dayOf,
  endOfMonth,
  isoWeekday,
  isUsable,
  nextMonthly,
  type Day,
} from '@rondo/time/calendar';
import { readCalendarDate, type NamedDay } from './dates.ts';
import { readCalendarSpan } from './durations.ts';
import { endsNumber, ordinalOf, wordAt, weekdays, type Parsed, type Words } from '../words.ts';

/** Reads a day: "tomorrow", "fri", "next week", "in 2 days", "eom", "last day of the month", "1 Mar 2027". */
export function readDay(words: Words, at: number): Parsed<NamedDay> {
  const found = readNamedDay(words, at);
  return found !== undefined && isUsable(found.value.day) ? found : undefined;
}

function readNamedDay(words: Words, at: number): Parsed<NamedDay> {
  const { today } = words;
  const word = wordAt(words, at);
  switch (word) {
    case 'today':
      return { value: { day: today, isToday: true }, next: at + 1 };
    case 'tonight':
      return { value: { day: today, isToday: true, isTonight: true }, next: at + 1 };
    case 'tomorrow':
    case 'tmr':
    case 'tmrw':
      return { value: { day: today + 1 }, next: at + 1 };
    case 'eom':
      return { value: { day: endOfMonth(today) }, next: at + 1 };
    case 'eoy':
      return { value: { day: dayOf(civilOf(today).year, 12, 31) }, next: at + 1 };
    case 'next':
      return readNext(words, at + 1);
    case 'this':
      return readThis(words, at + 1);
    case 'in':
      return readAhead(words, at + 1);
    default:
      return (
        readWeekday(words, at) ??
        readCalendarDate(words, at) ??
        readDayAfter(words, at) ??
        readEdge(words, at) ??
        readFromNow(words, at)
      );
  }
}

/** The next Saturday; today on a weekend. */
function weekendFrom(today: Day): Day {
  return isoWeekday(today) >= 6 ? today : today - isoWeekday(today) + 6;
}

/** Reads a weekday: the next one after today, or the date that follows it. */
function readWeekday(words: Words, at: number): Parsed<NamedDay> {
  const weekday = weekdays.get(wordAt(words, at));
  if (weekday === undefined) return undefined;
  const dated = readCalendarDate(words, wordAt(words, at + 1) === ',' ? at + 2 : at + 1);
  if (dated !== undefined) return dated;
  const { today } = words;
  return { value: { day: today + ((weekday - isoWeekday(today) + 6) % 7) + 1 }, next: at + 1 };
}

/** Weeks begin on Monday (ISO 8601). "next friday" is the Friday of the next week. */
function readNext(words: Words, at: number): Parsed<NamedDay> {
  const word = wordAt(words, at);
  const { today } = words;
  const { year, month } = civilOf(today);
  const monday = today - isoWeekday(today) + 8;
  const weekday = word === 'weekend' ? 6 : weekdays.get(word);
  if (weekday !== undefined) return { value: { day: monday + weekday - 1 }, next: at + 1 };
  if (word === 'week') return { value: { day: monday }, next: at + 1 };
  if (word === 'month') return { value: { day: dayOf(year, month + 1, 1) }, next: at + 1 };
  return word === 'year' ? { value: { day: dayOf(year + 1, 1, 1) }, next: at + 1 } : undefined;
}

/** "this friday" and "this weekend" may be today. For "this evening" only "this" is consumed. */
function readThis(words: Words, at: number): Parsed<NamedDay> {
  const word = wordAt(words, at);
  const { today } = words;
  if (word === 'weekend') return { value: { day: weekendFrom(today) }, next: at + 1 };
  if (/^(?:morning|afternoon|evening)$/.test(word)) return { value: { day: today, isToday: true }, next: at };
  const weekday = weekdays.get(word);
  if (weekday === undefined) return undefined;
  return { value: { day: today + ((weekday - isoWeekday(today) + 7) % 7) }, next: at + 1 };
}

/** "2 days", "a week" after "in". */
function readAhead(words: Words, at: number): Parsed<NamedDay> {
  const span = readCalendarSpan(words, at);
  if (span === undefined) return undefined;
  const { count, unit } = span.value;
  return { value: { day: addUnits(words.today, count, unit) }, next: span.next };
}

/** "2 days from now", "a week from tomorrow". */
function readFromNow(words: Words, at: number): Parsed<NamedDay> {
  const span = readCalendarSpan(words, at);
  if (span === undefined || wordAt(words, span.next) !== 'from') return undefined;
  const start = wordAt(words, span.next + 1);
  if (start !== 'now' && start !== 'today' && start !== 'tomorrow') return undefined;
  const { count, unit } = span.value;
  const from = words.today + (start === 'tomorrow' ? 1 : 0);
  return { value: { day: addUnits(from, count, unit) }, next: span.next + 2 };
}

function readDayAfter(words: Words, at: number): Parsed<NamedDay> {
  const start = skipThe(words, at);
  const isIt = ['day', 'after', 'tomorrow'].every((word, index) => wordAt(words, start + index) === word);
  return isIt ? { value: { day: words.today + 2 }, next: start + 3 } : undefined;
}

/** "the weekend", "end of the month", "last day of next month", "first day of the year". A first day in the past becomes the next one. */
function readEdge(words: Words, at: number): Parsed<NamedDay> {
  const start = skipThe(words, at);
  const edge = wordAt(words, start);
  if (edge === 'weekend') return { value: { day: weekendFrom(words.today) }, next: start + 1 };
  if (edge !== 'end' && edge !== 'last' && edge !== 'first') return undefined;
  const dayAt = edge === 'end' ? start : start + 1;
  if (edge !== 'end' && wordAt(words, dayAt) !== 'day') return undefined;
  if (wordAt(words, dayAt + 1) !== 'of') return undefined;
  const which = wordAt(words, dayAt + 2);
  const unitAt = /^(?:the|this|next)$/.test(which) ? dayAt + 3 : dayAt + 2;
  const unit = wordAt(words, unitAt);
  if (unit !== 'month' && unit !== 'year') return undefined;
  const { year, month } = civilOf(words.today);
  const size = unit === 'month' ? 1 : 12;
  const first = dayOf(year, (unit === 'month' ? month : 1) + (which === 'next' ? size : 0), 1);
  const passed = edge === 'first' && which !== 'next' && first < words.today;
  const day = edge === 'first' && !passed ? first : addUnits(first, size, 'month') - (passed ? 0 : 1);
  return { value: { day }, next: unitAt + 1 };
}

function skipThe(words: Words, at: number): number {
  return wordAt(words, at) === 'the' ? at + 1 : at;
}

/** Reads "the 15th" after "on" or "by": the next day with that date. */
export function readDateOfMonth(words: Words, at: number): Parsed<NamedDay> {
  const start = skipThe(words, at);
  const date = ordinalOf(wordAt(words, start));
  if (date === undefined || date < 0 || !endsNumber(words, start + 1)) return undefined;
  const from = (day: Day) => nextMonthly(date, day);
  const day = from(words.today);
  return day === undefined ? undefined : { value: { day, from }, next: start + 1 };
}
