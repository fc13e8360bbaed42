import type { Day } from '@rondo/time/calendar';
import { firstDayOf } from '@rondo/recurrence/first-day';
import type { Rule } from '@rondo/recurrence/rule';
import type { NamedDay } from '../days/dates.ts';
import { butOne, readPositions, type DaysOfMonth } from './positions.ts';
import { everyMonth, isOneDay, readScope, ruleOfNth, type Scope } from './scope.ts';
import { isWorkdays, readGroup, workdays } from './weekdays.ts';
import {
  endsNumber,
  months,
  numberOf,
  ordinalOf,
  pluralWeekdays,
  remembered,
  skip,
  wordAt,
  wordsAre,
  weekdays,
  afterSeparator,
  type Parsed,
  type Words,
} from '../../words.ts';

/**
 * Reads the days of a recurrence by their position: "15th", "1st and 15th of the month", "3rd friday", "end of the month",
 * "last weekday of March". With the name of a month the rule is yearly.
 * @param isExpected whether a date is likely here, so that "15th" is one before any word
 */
export function readNthRule(words: Words, at: number, isExpected = false): Parsed<Rule> {
  const read = readNth(words, at, isExpected);
  if (read === undefined || read.value.scope?.once !== undefined) return undefined;
  const rule = ruleOfNth(read.value.days, read.value.scope ?? everyMonth);
  return rule && { value: rule, next: read.next };
}

/** Reads a recurrence without "every" in front: "last day of every month", "end of each quarter", "the 1st every month". */
export function readNthOfEvery(words: Words, at: number): Parsed<Rule> {
  const read = readNth(words, at, false);
  const scope = read?.value.scope;
  if (read === undefined || !scope?.isEvery) return undefined;
  const rule = ruleOfNth(read.value.days, scope);
  return rule && { value: rule, next: read.next };
}

/** Reads "last friday of the month every month", "second sunday of may every year". */
export function readNthThenEvery(words: Words, at: number): Parsed<Rule> {
  const read = readNth(words, at, false);
  if (
    read?.value.scope === undefined ||
    read.value.scope.once ||
    !/^(?:every|each)$/.test(wordAt(words, read.next))
  )
    return undefined;
  if (wordAt(words, read.next + 1) !== read.value.scope.unit) return undefined;
  const rule = ruleOfNth(read.value.days, read.value.scope);
  return rule && { value: rule, next: read.next + 2 };
}

/** Reads one day: "last friday of october", "2nd tuesday in november 2028", "end of next month", "mid january". */
export function readNthDay(words: Words, at: number): Parsed<NamedDay> {
  const read = readNth(words, at, false);
  const scope = read?.value.scope;
  if (read === undefined || scope === undefined || scope.isEvery || !isOneDay(read.value.days))
    return undefined;
  const rule = ruleOfNth(read.value.days, scope);
  if (rule === undefined) return undefined;
  const from = (day: Day) => firstDayOf(rule, day);
  const day = from(scope.once?.first ?? words.today);
  if (day === undefined || (scope.once !== undefined && day > scope.once.last)) return undefined;
  const isMovable = rule.byDay.length > 0;
  return { value: scope.once === undefined ? { day, from, isMovable } : { day, isMovable }, next: read.next };
}

function readNth(
  words: Words,
  at: number,
  isExpected: boolean,
): Parsed<{ days: DaysOfMonth; scope?: Scope }> {
  const start = skip(words, at, 'the');
  if (!canBeginNth(wordAt(words, start))) return undefined;
  const edge = readEdge(words, start, isExpected);
  if (edge !== undefined) return edge;
  const days = readCountedButOne(words, start);
  if (days !== undefined) {
    const scope = readScope(
      words,
      days.next,
      days.value.byDay !== undefined && months.has(wordAt(words, days.next)),
    );
    // "every third day of the treatment"
    if (scope === undefined && wordAt(words, days.next) === 'of') return undefined;
    return {
      value: { days: days.value, ...(scope && { scope: scope.value }) },
      next: scope?.next ?? days.next,
    };
  }
  return readDates(words, start, isExpected);
}

/** A fast check before the others. */
const canBeginNth = remembered(
  (word) =>
    ordinalOf(word) !== undefined ||
    edges.has(word) ||
    /^(?:month|day|penultimate|next|mid-.*|.*-last)$/.test(word),
);

const edges = new Map([
  ['end', -1],
  ['start', 1],
  ['beginning', 1],
  ['middle', 15],
  ['mid', 15],
]);

/** Reads "end of the month", "start of next year", "mid january", "month end". */
function readEdge(
  words: Words,
  at: number,
  isExpected: boolean,
): Parsed<{ days: DaysOfMonth; scope: Scope }> {
  if (wordAt(words, at) === 'month' && wordAt(words, at + 1) === 'end')
    return { value: { days: { byMonthDay: [-1] }, scope: everyMonth }, next: at + 2 };
  const [word = '', attached] = wordAt(words, at).split('-', 2);
  const date = edges.get(word);
  if (date === undefined) return undefined;
  const named = attached === undefined ? undefined : months.get(attached);
  const scope =
    named === undefined
      ? readScope(words, at + 1, word === 'mid')
      : { value: { ...everyMonth, unit: 'year' as const, months: [named + 1] }, next: at + 1 };
  if (scope === undefined && isExpected && endsNumber(words, at + 1))
    return { value: { days: { byMonthDay: [date] }, scope: everyMonth }, next: at + 1 };
  if (scope?.value.unit === 'quarter' && date === 15) scope.value.monthOfQuarter = 2;
  return scope && { value: { days: { byMonthDay: [date] }, scope: scope.value }, next: scope.next };
}

/** Reads "the last day but one" as well. */
function readCountedButOne(words: Words, at: number): Parsed<DaysOfMonth> {
  const read = readCounted(words, at);
  if (read === undefined || !wordsAre(words, read.next, 'but', 'one')) return read;
  const value = butOne(read.value);
  return value && { value, next: read.next + 2 };
}

/** Reads positions with what they count: "3rd friday", "1st monday and 3rd friday", "last workday", "15th day". */
function readCounted(words: Words, at: number, maxItems = 5): Parsed<DaysOfMonth> {
  const positions = readPositions(words, at);
  if (positions === undefined) return undefined;
  const { value: nths, next } = positions;
  const word = wordAt(words, next);
  if (/^days?$/.test(word)) return { value: { byMonthDay: nths.toSorted((a, b) => a - b) }, next: next + 1 };
  const group = readGroup(words, next);
  if (group !== undefined && isWorkdays(group.value.days)) {
    if (nths.some((nth) => Math.abs(nth) > 23)) return undefined;
    const byDay = workdays.map((weekday) => ({ weekday, nth: null }));
    const rest = readMore(words, group.next, maxItems);
    const all = rest?.value.bySetPosition ? [...nths, ...rest.value.bySetPosition] : nths;
    const next = rest?.value.bySetPosition ? rest.next : group.next;
    return { value: { byDay, bySetPosition: [...new Set(all)].toSorted((a, b) => a - b) }, next };
  }
  const weekday = group === undefined ? (weekdays.get(word) ?? pluralWeekdays.get(word)) : 6;
  if (weekday === undefined || nths.some((nth) => Math.abs(nth) > 5)) return undefined;
  const byDay = nths.map((nth) => ({ weekday, nth }));
  const after = group?.next ?? next + 1;
  const more = readMore(words, after, maxItems);
  if (more?.value.byDay === undefined || more.value.bySetPosition) return { value: { byDay }, next: after };
  return { value: { byDay: sortedDays([...byDay, ...more.value.byDay]) }, next: more.next };
}

function readMore(words: Words, at: number, maxItems: number): Parsed<DaysOfMonth> {
  const separated = afterSeparator(words, at);
  if (separated === at || maxItems < 2) return undefined;
  return readCounted(words, skip(words, separated, 'the'), maxItems - 1);
}

/** As `parseRule` sorts them. */
function sortedDays(days: Rule['byDay']): Rule['byDay'] {
  const rank = ({ weekday, nth }: Rule['byDay'][number]) =>
    weekday * 100 + (nth !== null && nth < 0 ? 50 + nth : (nth ?? 0));
  return days.toSorted((a, b) => rank(a) - rank(b));
}

/** Reads dates of a month without a noun: "15th", "1st and 15th of the month". */
function readDates(
  words: Words,
  at: number,
  isExpected: boolean,
): Parsed<{ days: DaysOfMonth; scope?: Scope }> {
  const positions = wordAt(words, at) === 'day' ? readDayNumber(words, at + 1) : readPositions(words, at);
  // "last" without a noun refers to something else.
  if (positions === undefined || positions.value.some((position) => position < 0)) return undefined;
  const { value, next } = positions;
  const days = { byMonthDay: value };
  const scope = readScope(words, next);
  if (scope !== undefined) return { value: { days, scope: scope.value }, next: scope.next };
  const isDigits = /^\d/.test(wordAt(words, next - 1));
  if (wordAt(words, next) === 'of') return undefined;
  const areDates = isDigits ? isExpected || endsNumber(words, next) : isExpected && endsNumber(words, next);
  return areDates ? { value: { days }, next } : undefined;
}

/** "day 5 of every month". */
function readDayNumber(words: Words, at: number): Parsed<number[]> {
  const date = /^\d{1,2}$/.test(wordAt(words, at)) ? numberOf(wordAt(words, at)) : undefined;
  return date === undefined || date > 31 ? undefined : { value: [date], next: at + 1 };
}
