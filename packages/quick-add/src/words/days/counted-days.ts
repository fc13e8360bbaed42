import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { weekdayFrom, type NamedDay } from './dates.ts';
import {
  numberOf,
  ordinalOf,
  pluralWeekdays,
  readCount,
  skip,
  wordAt,
  type Parsed,
  type Words,
} from '../../words.ts';
import { readGroup } from '../rules/weekdays.ts';

/** The days of a count: one weekday, or the workdays. */
type CountedDays = { count: number; byDay: Rule['byDay'] };

/** Reads the number and the days of "3 fridays", "a couple of weekends". "a few" is no number. */
function readCounted(words: Words, at: number): Parsed<CountedDays> {
  // A fast check before the others.
  if (numberOf(wordAt(words, at)) === undefined && !/^(?:an?|the|couple)$/.test(wordAt(words, at)))
    return undefined;
  const count = readCount(words, at);
  if (count === undefined || count.value < 2 || wordAt(words, count.next - 1) === 'few') return undefined;
  // "in 3 tuesdays' time"
  const noun = wordAt(words, count.next).replace(/['’]$/, '');
  const weekday = pluralWeekdays.get(noun);
  const group = /^(?:weekends|weekdays|workdays)$/.test(noun) ? readGroup(words, count.next) : undefined;
  const days = weekday === undefined ? group?.value.days : [weekday];
  const byDay = days?.map((day) => ({ weekday: day, nth: null }));
  return byDay && { value: { count: count.value, byDay }, next: count.next + 1 };
}

/** Reads "3 fridays" after "in" and "3 fridays from now": the third Friday after today. */
export function readDayAfterCount(words: Words, at: number, isIn: boolean): Parsed<NamedDay> {
  const counted = readCounted(words, at);
  const [only, another] = counted?.value.byDay ?? [];
  if (counted === undefined || only === undefined || another !== undefined) return undefined;
  const { next } = counted;
  const isFromNow = wordAt(words, next) === 'from' && /^(?:now|today)$/.test(wordAt(words, next + 1));
  if (!isIn && !isFromNow) return undefined;
  const day = weekdayFrom(only.weekday, words.today + 1) + (counted.value.count - 1) * 7;
  return { value: { day }, next: isFromNow ? next + 2 : skip(words, next, 'time') };
}

/** Reads "next 3 mondays", "for the next three fridays": a recurrence that ends. */
export function readNextDays(words: Words, at: number): Parsed<{ rule: Rule; count: number }> {
  const start = skip(words, skip(words, at, /^(?:for|on|over)$/), 'the');
  if (!/^(?:next|coming|following)$/.test(wordAt(words, start))) return undefined;
  const counted = readCounted(words, start + 1);
  if (counted === undefined) return undefined;
  const { byDay, count } = counted.value;
  return { value: { rule: ruleOf({ frequency: 'WEEKLY', byDay }), count }, next: counted.next };
}

/** Whether the words before plural days say which of them are meant: "the first 3 fridays", "these mondays". */
export function isCountedBefore(words: Words, at: number): boolean {
  const word = wordAt(words, at - 1);
  // "at 9 mondays and fridays"
  if (/^(?:at|@)$/.test(wordAt(words, at - 2))) return false;
  if (numberOf(word) !== undefined || ordinalOf(word) !== undefined) return true;
  return /^(?:next|past|previous|coming|these|those|both|some|most|many|few|several|of)$/.test(word);
}
