import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { workdays } from './weekdays.ts';
import { endsNumber, months, ordinalOf, wordAt, weekdays, type Parsed, type Words } from '../words.ts';

/**
 * Reads days by their position in a month: "15th", "1st and 15th of the month", "3rd friday", "last day",
 * "last weekday of March". With the name of a month the rule is yearly.
 * @param isExpected whether a date is likely here, so that "15th" is one before any word
 */
export function readOnTheNth(words: Words, at: number, isExpected = false): Parsed<Rule> {
  const positions = readPositions(words, wordAt(words, at) === 'the' ? at + 1 : at);
  if (positions === undefined) return undefined;
  const named = readNamed(words, positions.value, positions.next, isExpected);
  if (named === undefined) return undefined;
  const { value: month, next } = readMonth(words, named.next) ?? { value: 0, next: named.next };
  if (month === 0) return { value: ruleOf({ frequency: 'MONTHLY', ...named.value }), next };
  if (named.value.byMonthDay?.some((date) => date > (maxDates[month] ?? 31))) return undefined;
  return { value: ruleOf({ frequency: 'YEARLY', byMonth: [month], ...named.value }), next };
}

const maxDates: Record<number, number> = { 2: 29, 4: 30, 6: 30, 9: 30, 11: 30 };

type DaysOfMonth = Partial<Pick<Rule, 'byMonthDay' | 'byDay' | 'bySetPosition'>>;

function readNamed(words: Words, positions: number[], at: number, isExpected: boolean): Parsed<DaysOfMonth> {
  const word = wordAt(words, at);
  const weekday = weekdays.get(word);
  const workday = /^(?:week|work)days?$/.test(word);
  if (weekday !== undefined || workday) {
    if (positions.some((position) => position > 5)) return undefined;
    if (weekday !== undefined)
      return { value: { byDay: positions.map((nth) => ({ weekday, nth })) }, next: at + 1 };
    const byDay = workdays.map((day) => ({ weekday: day, nth: null }));
    return { value: { byDay, bySetPosition: ascending(positions) }, next: at + 1 };
  }
  if (word === 'day' || word === 'days') return { value: { byMonthDay: ascending(positions) }, next: at + 1 };
  // "last" and "second" without a noun refer to something else.
  const areDates =
    !positions.includes(-1) &&
    /^\d/.test(wordAt(words, at - 1)) &&
    (isExpected || endsNumber(words, at) || readMonth(words, at) !== undefined);
  return areDates ? { value: { byMonthDay: ascending(positions) }, next: at } : undefined;
}

/** Reads "1st", "1st and 3rd", "1st, 15th and last". @returns ascending, with -1 (the last) at the end */
function readPositions(words: Words, at: number): Parsed<number[]> {
  const first = ordinalOf(wordAt(words, at));
  if (first === undefined) return undefined;
  const found = new Set([first]);
  let next = at + 1;
  for (;;) {
    let more = wordAt(words, next) === ',' ? next + 1 : next;
    if (/^(?:and|&)$/.test(wordAt(words, more))) more++;
    if (more > next && wordAt(words, more) === 'the') more++;
    const position = more === next ? undefined : ordinalOf(wordAt(words, more));
    if (position === undefined || found.has(position))
      return { value: [...found].toSorted(byPosition), next };
    found.add(position);
    next = more + 1;
  }
}

function ascending(values: number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

function byPosition(a: number, b: number): number {
  return (a < 0 ? 32 : a) - (b < 0 ? 32 : b);
}

/** Reads "of the month" and "of every month" as 0, "of March" as 3. */
function readMonth(words: Words, at: number): Parsed<number> {
  if (!/^(?:of|in)$/.test(wordAt(words, at))) return undefined;
  const month = months.get(wordAt(words, at + 1));
  if (month !== undefined) return { value: month + 1, next: at + 2 };
  const isEvery = /^(?:the|every|each)$/.test(wordAt(words, at + 1));
  return isEvery && wordAt(words, at + 2) === 'month' ? { value: 0, next: at + 3 } : undefined;
}
