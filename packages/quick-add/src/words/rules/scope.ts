import { civilOf, dayOf, endOfMonth, type Day } from '@rondo/time/calendar';
import { ruleOf, type Rule } from '@rondo/recurrence/rule';
import { yearOf } from '../days/dates.ts';
import { readMonthNumber } from '../days/months.ts';
import type { DaysOfMonth } from './positions.ts';
import {
  numberOf,
  ordinalOf,
  readList,
  skip,
  wordAt,
  wordsAre,
  type Parsed,
  type Words,
} from '../../words.ts';

/** What the positions count in: "of the month", "of every other month", "of each quarter", "of march 2027", "of next year". */
export type Scope = {
  unit: 'month' | 'quarter' | 'year';
  interval: number;
  months: number[];
  isEvery: boolean;
  /** 1 to 3: "the last month of each quarter". */
  monthOfQuarter?: number;
  /** Once, in these days: "of next month". */
  once?: { first: Day; last: Day };
};

export const everyMonth: Scope = { unit: 'month', interval: 1, months: [], isEvery: false };

/** The grammar reads numbers of up to four digits, and the sentence must be readable. */
const maxInterval = 9_999;

/** @param isBare whether "of" may be missing, as in "mid january" */
export function readScope(words: Words, at: number, isBare = false): Parsed<Scope> {
  const hasOf = /^(?:of|in)$/.test(wordAt(words, at));
  const monthOfQuarter = hasOf ? readMonthOfQuarter(words, at + 1) : undefined;
  const start = monthOfQuarter?.next ?? (hasOf ? at + 1 : at);
  const which = wordAt(words, start);
  const isEvery = /^(?:every|each|ev)$/.test(which);
  if (!hasOf && !isEvery && !isBare) return undefined;
  const unitAt = isEvery || /^(?:the|this|next|a)$/.test(which) ? start + 1 : start;
  const named = readList(words, unitAt, readMonthNumber);
  if (named !== undefined) return ofMonths(words, named.value, isEvery, named.next);
  const { value: interval, next } = isEvery ? readInterval(words, unitAt) : { value: 1, next: unitAt };
  const [, unit, plural = ''] = /^(month|quarter|year)(s?)$/.exec(wordAt(words, next)) ?? [];
  if (!isUnit(unit) || (plural !== '' && interval === 1) || interval > maxInterval) return undefined;
  // "every other quarter" doesn't say which months.
  const isUnclear = unit === 'quarter' ? interval > 1 : monthOfQuarter !== undefined;
  if (isUnclear) return undefined;
  const value: Scope = { unit, interval, months: [], isEvery };
  if (monthOfQuarter !== undefined) value.monthOfQuarter = monthOfQuarter.value;
  if (which === 'next' || which === 'this') value.once = periodOf(words.today, unit, which === 'next');
  return { value, next: next + 1 };
}

function isUnit(word: string | undefined): word is Scope['unit'] {
  return word !== undefined;
}

const monthsOfQuarter = new Map(
  Object.entries({ first: 1, second: 2, middle: 2, third: 3, last: 3, final: 3 }),
);

/** "the last month of" before "each quarter". */
function readMonthOfQuarter(words: Words, at: number): Parsed<number> {
  const start = skip(words, at, 'the');
  const value = monthsOfQuarter.get(wordAt(words, start));
  if (value === undefined || !wordsAre(words, start + 1, 'month', 'of')) return undefined;
  return { value, next: start + 3 };
}

function readInterval(words: Words, at: number): { value: number; next: number } {
  const word = wordAt(words, at);
  const value = word === 'other' ? 2 : (numberOf(word) ?? ordinalOf(word));
  return value === undefined || value < 1 ? { value: 1, next: at } : { value, next: at + 1 };
}

function ofMonths(words: Words, named: number[], isEvery: boolean, next: number): Parsed<Scope> {
  const value: Scope = { unit: 'year', interval: 1, months: named.toSorted((a, b) => a - b), isEvery };
  const year = yearOf(wordAt(words, next));
  if (year === undefined) return { value, next };
  value.once = { first: dayOf(Number(year), 1, 1), last: dayOf(Number(year), 12, 31) };
  return { value, next: next + 1 };
}

function periodOf(today: Day, unit: Scope['unit'], isNext: boolean): { first: Day; last: Day } {
  const { year, month } = civilOf(today);
  if (unit === 'quarter') {
    const first = dayOf(year, month - ((month - 1) % 3) + (isNext ? 3 : 0), 1);
    return {
      first: isNext ? first : today,
      last: dayOf(year, month - ((month - 1) % 3) + (isNext ? 6 : 3), 1) - 1,
    };
  }
  if (unit === 'year')
    return { first: isNext ? dayOf(year + 1, 1, 1) : today, last: dayOf(year + (isNext ? 1 : 0), 12, 31) };
  const first = isNext ? dayOf(year, month + 1, 1) : today;
  return { first, last: endOfMonth(first) };
}

const maxDates = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function ruleOfNth(days: DaysOfMonth, scope: Scope): Rule | undefined {
  const { unit, interval, months: byMonth } = scope;
  if (unit === 'quarter') return ofQuarter(days, scope.monthOfQuarter ?? monthOfQuarter(days));
  if (unit === 'month') return ruleOf({ frequency: 'MONTHLY', interval, ...days });
  if (byMonth.length === 0) return ofYear(days, interval);
  if (days.byMonthDay?.some((date) => byMonth.some((month) => date > (maxDates[month - 1] ?? 31))))
    return undefined;
  // BYSETPOS of a yearly rule counts in the year.
  const frequency = days.bySetPosition && byMonth.length > 1 ? 'MONTHLY' : 'YEARLY';
  return ruleOf({ frequency, byMonth, ...days });
}

const positionsOf = ({ byMonthDay, byDay = [], bySetPosition }: DaysOfMonth): number[] =>
  bySetPosition ?? byMonthDay ?? byDay.map(({ nth }) => nth ?? 0);

/** The second friday of a quarter is in its first month, the last one in its last month. */
function monthOfQuarter(days: DaysOfMonth): number | undefined {
  const positions = positionsOf(days);
  if (positions.every((position) => position > 0)) return 1;
  return positions.every((position) => position < 0) ? 3 : undefined;
}

/** Days that each of these months has: the fifth friday and the 31st day can be in the next one. */
function ofQuarter(days: DaysOfMonth, month: number | undefined): Rule | undefined {
  const max = days.bySetPosition ? 20 : days.byMonthDay ? 28 : 4;
  if (month === undefined || positionsOf(days).some((position) => Math.abs(position) > max)) return undefined;
  const byMonth = [month, month + 3, month + 6, month + 9];
  // BYSETPOS of a yearly rule counts in the year.
  return ruleOf({ frequency: days.bySetPosition ? 'MONTHLY' : 'YEARLY', byMonth, ...days });
}

/** "every quarter on the last friday" is of each quarter, "every quarter on the 10th" is every three months. */
export function inQuarter(rule: Rule): Rule {
  const { byDay, byMonthDay, bySetPosition } = rule;
  const isDate = byMonthDay.some((date) => date > 0) || (byDay.length === 0 && byMonthDay.length === 0);
  if (rule.frequency !== 'MONTHLY' || rule.interval !== 3 || isDate) return rule;
  const days = {
    ...(byDay.length > 0 && { byDay }),
    ...(byMonthDay.length > 0 && { byMonthDay }),
    ...(bySetPosition.length > 0 && { bySetPosition }),
  };
  return ofQuarter(days, monthOfQuarter(days)) ?? rule;
}

/** The first and the last day of a year are dates. Other days are not counted. */
function ofYear(days: DaysOfMonth, interval: number): Rule | undefined {
  const [position = 0] = days.bySetPosition ?? days.byMonthDay ?? [];
  if (days.byMonthDay === undefined && days.bySetPosition === undefined)
    return ruleOf({ frequency: 'YEARLY', interval, ...days });
  if (!isOneDay(days) || Math.abs(position) !== 1) return undefined;
  const inMonth = days.byMonthDay === undefined ? days : { byMonthDay: [position === 1 ? 1 : 31] };
  return ruleOf({ frequency: 'YEARLY', interval, byMonth: [position === 1 ? 1 : 12], ...inMonth });
}

export function isOneDay(days: DaysOfMonth): boolean {
  return positionsOf(days).length === 1;
}
