import {
  civilOf,
  dayOf,
  endOfMonth,
  isoWeekday,
  isUsable,
  nextMonthly,
  type Day,
} from '@rondo/time/calendar';
import { readCalendarDate, weekdayFrom, type NamedDay } from './dates.ts';
import { readAhead, readPlus } from './ahead.ts';
import { readDayAfterCount } from './counted-days.ts';
import { readHolidayDay } from './holidays.ts';
import { readNthDay } from '../rules/nth-days.ts';
import { monthIn, readMonthOfYear, readMonths, readWeekNumber } from './months.ts';
import { readWeekday } from './weekday.ts';
import {
  endsNumber,
  months,
  ordinalOf,
  skip,
  tomorrows,
  wordAt,
  wordsAre,
  weekdays,
  type Parsed,
  type Words,
} from '../../words.ts';

/** Reads a day that doesn't count from another day: "tomorrow", "fri", "next week", "in 2 days", "eom", "1 Mar 2027". */
export function readPlainDay(words: Words, at: number): Parsed<NamedDay> {
  const found = readNamedDay(words, at);
  if (found === undefined || !isUsable(found.value.day)) return undefined;
  // "may 2019"
  const { day, last } = found.value;
  if (last !== undefined && last(day) < words.today) return undefined;
  // "friday eod" is a day without a time.
  const isLatest = wordsAre(words, found.next, 'at', 'the', 'latest');
  if (isLatest) return { value: found.value, next: found.next + 3 };
  const end = found.next > at ? readEndOfDay(words, found.next) : undefined;
  return end === undefined ? found : { value: found.value, next: end };
}

function readNamedDay(words: Words, at: number): Parsed<NamedDay> {
  const { today } = words;
  const word = wordAt(words, at);
  if (word === 'tom' || tomorrows.has(word)) return { value: { day: today + 1 }, next: at + 1 };
  switch (word) {
    case 'today':
    case 'tod':
      return { value: { day: today, isToday: true }, next: at + 1 };
    case 'tonight':
      return { value: { day: today, isToday: true, isTonight: true }, next: at + 1 };
    case 'eow':
      return { value: { day: laterInWeek(today) }, next: at + 1 };
    case 'eom':
      return { value: { day: endOfMonth(today) }, next: at + 1 };
    case 'eoy':
      return { value: { day: dayOf(civilOf(today).year, 12, 31) }, next: at + 1 };
    case 'later':
      return readPeriod(words, at + 1);
    case 'early':
    case 'late':
    case 'mid':
      return readPartOfWeek(words, at) ?? readNthDay(words, at);
    case 'sometime':
      return /^(?:next|this)$/.test(wordAt(words, at + 1)) ? readNamedDay(words, at + 1) : undefined;
    case 'coming':
      return readNext(words, at + 1, 'this');
    case 'next':
      return wordsAre(words, at + 1, 'to', 'last') ? readNthDay(words, at) : readNext(words, at + 1, 'next');
    case 'this':
      return readThis(words, at + 1);
    case 'over':
      return wordsAre(words, at + 1, 'the', 'weekend') ? readEndOfPeriod(words, at + 1) : undefined;
    case 'in':
      return (
        (wordAt(words, at + 1) === 'the' ? readNthDay(words, at + 2) : undefined) ??
        (/^\d{4}-?w/.test(wordAt(words, at + 1)) ? readCalendarDate(words, at + 1) : undefined) ??
        readAhead(words, at + 1) ??
        readDayAfterCount(words, at + 1, true) ??
        readMonthOfYear(words, at + 1) ??
        readMonths(words, at + 1) ??
        readWeekNumber(words, at + 1)
      );
    case 'within':
      return readAhead(words, at + 1);
    default:
      return (
        readWeekday(words, at) ??
        readDayAfterCount(words, at, false) ??
        readNthDay(words, at) ??
        readCalendarDate(words, at) ??
        readMonthOfYear(words, at) ??
        readHolidayDay(words, at) ??
        readEndOfPeriod(words, at) ??
        readPlus(words, at)
      );
  }
}

/** "early next week" is Monday, "mid next week" Wednesday, "late next week" Friday. */
function readPartOfWeek(words: Words, at: number): Parsed<NamedDay> {
  if (!wordsAre(words, at + 1, 'next', 'week')) return undefined;
  const days = { early: 1, mid: 3, late: 5 }[wordAt(words, at)] ?? 1;
  return { value: { day: words.today - isoWeekday(words.today) + 7 + days }, next: at + 3 };
}

/** "next month": its first day, and in a recurrence all of it. */
function wholePeriod(first: Day, last: Day): NamedDay {
  return { day: first, last: () => last, period: { first, last } };
}

/** From a day of a weekend to its Sunday. */
function weekendOn(day: Day): NamedDay {
  return { day, period: { first: day, last: weekdayFrom(7, day) } };
}

/** The next Saturday; today on a weekend. */
function weekendFrom(today: Day): Day {
  return isoWeekday(today) >= 6 ? today : weekdayFrom(6, today);
}

/** Friday, as the end of the week; on a weekend Sunday. */
function laterInWeek(today: Day): Day {
  return isoWeekday(today) < 5
    ? weekdayFrom(5, today)
    : isoWeekday(today) === 5
      ? today + 2
      : weekdayFrom(7, today);
}

/** Weeks begin on Monday (ISO 8601). "next friday" is the Friday of the next week. */
function readNext(words: Words, at: number, which: 'next' | 'this'): Parsed<NamedDay> {
  const start = skip(words, at, 'coming');
  const word = wordAt(words, start);
  const { today } = words;
  const { year, month } = civilOf(today);
  const monday = today - isoWeekday(today) + 8;
  const butOne = which === 'next' ? readNextButOne(words, start) : undefined;
  if (butOne !== undefined) return butOne;
  if (word === 'weekend' && which === 'next') return { value: weekendOn(monday + 5), next: start + 1 };
  const weekday = weekdays.get(word);
  if (weekday !== undefined)
    return {
      value: { day: which === 'next' ? monday + weekday - 1 : weekdayFrom(weekday, today) },
      next: start + 1,
    };
  // The holiday that comes next, in either case.
  const holiday = readHolidayDay(words, start);
  if (which === 'this' || holiday !== undefined) return holiday;
  const named = months.get(word);
  if (named !== undefined)
    return { value: monthIn(year + (named + 1 > month ? 0 : 1), named + 1), next: start + 1 };
  switch (word) {
    case 'week': {
      const onAt = skip(words, start + 1, 'on');
      const day = weekdays.get(wordAt(words, onAt));
      if (day !== undefined) return { value: { day: monday + day - 1 }, next: onAt + 1 };
      return { value: wholePeriod(monday, monday + 6), next: start + 1 };
    }
    case 'month': {
      const first = dayOf(year, month + 1, 1);
      const onAt = skip(words, skip(words, start + 1, 'on'), 'the');
      const date = ordinalOf(wordAt(words, onAt)) ?? 0;
      if (date > 0 && first + date - 1 <= endOfMonth(first) && endsNumber(words, onAt + 1))
        return { value: { day: first + date - 1 }, next: onAt + 1 };
      return { value: wholePeriod(first, endOfMonth(first)), next: start + 1 };
    }
    case 'quarter':
      return { value: { day: dayOf(year, month - ((month - 1) % 3) + 3, 1) }, next: start + 1 };
    case 'year':
      return { value: wholePeriod(dayOf(year + 1, 1, 1), dayOf(year + 1, 12, 31)), next: start + 1 };
    default:
      return undefined;
  }
}

/** "but one monday" and "week but one" after "next": a week later than the next one. */
function readNextButOne(words: Words, at: number): Parsed<NamedDay> {
  const first = wordsAre(words, at, 'but', 'one') ? at + 2 : at;
  const isBehind = first === at && wordsAre(words, first + 1, 'but', 'one');
  if (first === at && !isBehind) return undefined;
  const word = wordAt(words, first);
  const ahead = weekdays.get(word) ?? { week: 1, weekend: 6 }[word];
  if (ahead === undefined) return undefined;
  const { today } = words;
  return {
    value: { day: today - isoWeekday(today) + 14 + ahead },
    next: isBehind ? first + 3 : first + 1,
  };
}

/** "this friday" and "this weekend" may be today. For "this evening" only "this" is consumed. */
function readThis(words: Words, at: number): Parsed<NamedDay> {
  const word = wordAt(words, at);
  const { today } = words;
  if (word === 'weekend') return { value: weekendOn(weekendFrom(today)), next: at + 1 };
  if (/^(?:morning|afternoon|evening)$/.test(word)) return { value: { day: today, isToday: true }, next: at };
  const week = readWeekday(words, at + 1);
  if (word === 'week' && week !== undefined) {
    const monday = today - isoWeekday(today) + 1;
    const weekday = weekdays.get(wordAt(words, at + 1)) ?? 1;
    return { value: { day: monday + weekday - 1 }, next: at + 2 };
  }
  return readNext(words, at, 'this') ?? (endsNumber(words, at + 1) ? readPeriod(words, at - 1) : undefined);
}

/** "this week" and "later this month" are their ends, "later today" is today. */
function readPeriod(words: Words, at: number): Parsed<NamedDay> {
  if (wordAt(words, at) === 'today') return { value: { day: words.today, isToday: true }, next: at + 1 };
  if (wordAt(words, at) !== 'this') return undefined;
  const { today } = words;
  const until = (day: Day, last: Day): NamedDay => ({ day, period: { first: today, last } });
  switch (wordAt(words, at + 1)) {
    case 'week':
      return { value: until(laterInWeek(today), weekdayFrom(7, today)), next: at + 2 };
    case 'month':
      return { value: until(endOfMonth(today), endOfMonth(today)), next: at + 2 };
    case 'year': {
      const last = dayOf(civilOf(today).year, 12, 31);
      return { value: until(last, last), next: at + 2 };
    }
    default:
      return undefined;
  }
}

/** "eod", "end of day", "close of business". @returns the index after it */
function readEndOfDay(words: Words, at: number): number | undefined {
  if (/^(?:eod|cob)$/.test(wordAt(words, at))) return at + 1;
  if (wordsAre(words, at, 'end', 'of', 'day') || wordsAre(words, at, 'close', 'of', 'business'))
    return at + 3;
  return wordsAre(words, at, 'end', 'of', 'the', 'day') ? at + 4 : undefined;
}

/** "the weekend", "start of next week", "end of the week", "eod", "eod friday". */
function readEndOfPeriod(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, at, 'the');
  const word = wordAt(words, start);
  const { today } = words;
  if (word === 'weekend' && endsNumber(words, start + 1))
    return { value: weekendOn(weekendFrom(today)), next: start + 1 };
  if (word === 'next' && start > at) return readNext(words, start + 1, 'next');
  if (word === 'coming' && start > at) return readNext(words, start + 1, 'this');
  if (/^(?:start|beginning|middle)$/.test(word) && wordsAre(words, start + 1, 'of', 'next', 'week'))
    return { value: { day: today - isoWeekday(today) + (word === 'middle' ? 10 : 8) }, next: start + 4 };
  const endOfDay = readEndOfDay(words, start);
  if (endOfDay !== undefined) {
    const onAt = skip(words, endOfDay, 'on');
    return readNamedDay(words, onAt) ?? { value: { day: today, isToday: true }, next: endOfDay };
  }
  if (word !== 'end' || wordAt(words, start + 1) !== 'of') return undefined;
  const isNext = wordAt(words, start + 2) === 'next';
  const { year, month } = civilOf(today);
  const quarterAt = skip(words, start + 2, /^(?:the|this)$/);
  if (wordAt(words, quarterAt) === 'quarter')
    return { value: { day: dayOf(year, month - ((month - 1) % 3) + 3, 1) - 1 }, next: quarterAt + 1 };
  const weekAt = skip(words, start + 2, /^(?:the|this|next)$/);
  if (wordAt(words, weekAt) !== 'week') return undefined;
  return { value: { day: isNext ? today - isoWeekday(today) + 12 : laterInWeek(today) }, next: weekAt + 1 };
}

/** Reads "the 15th" or "the fifteenth": the next day with that date. */
export function readDateOfMonth(words: Words, at: number): Parsed<NamedDay> {
  const start = skip(words, at, 'the');
  const word = wordAt(words, start);
  const date = ordinalOf(word);
  if (date === undefined || date < 0 || !endsNumber(words, start + 1)) return undefined;
  const from = (day: Day) => nextMonthly(date, day);
  const day = from(words.today);
  return day === undefined ? undefined : { value: { day, from, date }, next: start + 1 };
}
