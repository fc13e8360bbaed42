import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { afterDot, dateOf, monthAndDateAt, numbersOf, type MonthAndDate } from './dates.ts';
import { afterSeparator, endsNumber, months, skip, wordAt, type Parsed, type Words } from '../../words.ts';

/** A limit for the work on a long text. */
const maxDates = 31;

/** Reads dates of a year: "1 Mar", "may 3 and 9", "3rd and 9th of may", "14 jan, 14 apr, 15 jun", "24/12". */
export function readMonthDates(words: Words, at: number): Parsed<MonthAndDate[]> {
  const value: MonthAndDate[] = [];
  let next = at;
  /** The month of "may 3", which a further number belongs to. */
  let month: number | undefined;
  while (value.length < maxDates) {
    const separated = value.length === 0 ? at : afterSeparator(words, next);
    if (value.length > 0 && separated === next) break;
    const start = skip(words, separated, /^(?:the|on)$/);
    const isMonthFirst = months.has(wordAt(words, start));
    const item = readDatesOfMonth(words, start) ?? readOne(words, start) ?? readMore(words, start, month);
    if (item === undefined) break;
    value.push(...item.value);
    next = item.next;
    if (isMonthFirst) month = item.value[0]?.month;
  }
  return value.length === 0 ? undefined : { value, next };
}

/** "3 and 9 may", "3rd, 5th and 9th of may". */
function readDatesOfMonth(words: Words, at: number): Parsed<MonthAndDate[]> {
  const dates: number[] = [];
  let next = at;
  while (dates.length < maxDates) {
    const start = dates.length === 0 ? at : afterSeparator(words, next);
    const date = dateOf(wordAt(words, skip(words, start, 'the')));
    if (date === undefined || (dates.length > 0 && start === next)) break;
    dates.push(date);
    next = afterDot(words, skip(words, start, 'the') + 1);
  }
  if (dates.length < 2) return undefined;
  const monthAt = skip(words, next, 'of');
  const month = months.get(wordAt(words, monthAt));
  if (month === undefined) return undefined;
  return { value: dates.map((date) => ({ month: month + 1, date })), next: monthAt + 1 };
}

function readOne(words: Words, at: number): Parsed<MonthAndDate[]> {
  const named = monthAndDateAt(words, at);
  if (named !== undefined) return { value: [named.value], next: named.next };
  const word = wordAt(words, at);
  const numbers = /^\d/.test(word) ? numbersOf(word, words) : undefined;
  return numbers?.year === undefined && numbers !== undefined
    ? { value: [numbers], next: at + 1 }
    : undefined;
}

function readMore(words: Words, at: number, month: number | undefined): Parsed<MonthAndDate[]> {
  const date = month === undefined ? undefined : dateOf(wordAt(words, at));
  if (date === undefined || month === undefined || !endsNumber(words, at + 1)) return undefined;
  return { value: [{ month, date }], next: at + 1 };
}

const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The yearly rule of dates. Dates that aren't each month with each date are chosen by BYSETPOS.
 * @returns undefined if no rule says them
 */
export function yearlyRuleOf(dates: MonthAndDate[]): Rule | undefined {
  if (dates.some(({ year, month, date }) => year !== undefined || !(date <= (longest[month - 1] ?? 0))))
    return undefined;
  const byMonth = ascending(dates.map(({ month }) => month));
  const byMonthDay = ascending(dates.map(({ date }) => date));
  const wanted = new Set(dates.map(({ month, date }) => month * 100 + date));
  const all = byMonth.flatMap((month) => byMonthDay.map((date) => month * 100 + date));
  const rule = ruleOf({ frequency: 'YEARLY', byMonth, byMonthDay });
  if (all.length === wanted.size) return rule;
  // A date that some month doesn't have would move the positions.
  const isEvery = byMonth.every((month) =>
    byMonthDay.every((date) => date <= (month === 2 ? 28 : (longest[month - 1] ?? 0))),
  );
  if (!isEvery) return undefined;
  return { ...rule, bySetPosition: all.flatMap((date, index) => (wanted.has(date) ? [index + 1] : [])) };
}

function ascending(values: number[]): number[] {
  return [...new Set(values)].toSorted((a, b) => a - b);
}
