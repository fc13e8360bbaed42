import type { Rule, RuleDay } from '@rondo/recurrence/rule-parts';

/** Seconds of a day without a clock change. */
export const secondsOfDay = 86_400;

/** The last year of which every instant has four digits in every zone: occurrences end with it. */
export const lastYear = 9_998;

/** Days since 1970-01-01 of a date of the Gregorian calendar. A month beyond 1 to 12 counts into other years. */
export function dayNumber(year: number, month: number, dayOfMonth: number): number {
  return Date.UTC(year, month - 1, dayOfMonth) / (secondsOfDay * 1_000);
}

/** The date of a day number, `month` from 1. */
export function dateOfDay(day: number): { year: number; month: number; day_of_month: number } {
  const date = new Date(day * secondsOfDay * 1_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day_of_month: date.getUTCDate() };
}

/** The weekday of a day number, 1 is Monday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return modulo(day + 3, 7) + 1;
}

/** A run of days: a month or a year. */
export type Span = { first: number; length: number };

export function monthSpan(year: number, month: number): Span {
  const first = dayNumber(year, month, 1);
  return { first, length: dayNumber(year, month + 1, 1) - first };
}

export function yearSpan(year: number): Span {
  const first = dayNumber(year, 1, 1);
  return { first, length: dayNumber(year + 1, 1, 1) - first };
}

/** The first day of the week that a day lies in. */
export function weekStartOf(day: number, weekStart: number): number {
  return day - modulo(weekdayOf(day) - weekStart, 7);
}

/** The first day of week 1 of a year: the first week with four days in it (RFC 5545 section 3.3.10, BYWEEKNO). */
export function firstWeekOf(year: number, weekStart: number): number {
  return weekStartOf(dayNumber(year, 1, 4), weekStart);
}

/** The year whose numbered weeks hold a day: around New Year's Day it may be the year before or after. */
export function weekYearOf(day: number, weekStart: number): number {
  const { year } = dateOfDay(day);
  if (day < firstWeekOf(year, weekStart)) return year - 1;
  return day < firstWeekOf(year + 1, weekStart) ? year : year + 1;
}

/** The days of a span that BYDAY names, in order; a counted weekday counts within the span. */
export function daysByWeekday(span: Span, days: RuleDay[]): number[] {
  const counted = countedWeekdays(span, days);
  const every = days.filter(({ nth }) => nth === null).map(({ weekday }) => weekday as number);
  if (every.length === 0) return ascending(counted);
  const found: number[] = [];
  let weekday = weekdayOf(span.first);
  for (let day = span.first; day < span.first + span.length; day += 1) {
    if (every.includes(weekday)) found.push(day);
    weekday = weekday === 7 ? 1 : weekday + 1;
  }
  return counted.length === 0 ? found : ascending([...found, ...counted]);
}

function countedWeekdays({ first, length }: Span, days: RuleDay[]): number[] {
  const found: number[] = [];
  for (const { weekday, nth } of days) {
    const earliest = first + modulo(weekday - weekdayOf(first), 7);
    const times = Math.ceil((first + length - earliest) / 7);
    if (nth !== null && Math.abs(nth) <= times) found.push(earliest + 7 * (nth > 0 ? nth - 1 : times + nth));
  }
  return found;
}

/** Whether a day is one of BYMONTH, BYMONTHDAY and BYDAY without numbers, as far as the rule has them. */
export function isAllowedDay(rule: Rule, day: number): boolean {
  if (rule.by_day.length > 0 && !rule.by_day.some(({ weekday }) => weekday === weekdayOf(day))) return false;
  return isAllowedDate(rule, day);
}

/** Whether a day is one of BYMONTH and BYMONTHDAY, as far as the rule has them. */
export function isAllowedDate({ by_month: months, by_month_day: monthDays }: Rule, day: number): boolean {
  if (months.length === 0 && monthDays.length === 0) return true;
  const { year, month, day_of_month: dayOfMonth } = dateOfDay(day);
  if (months.length > 0 && !months.includes(month)) return false;
  if (monthDays.length === 0) return true;
  return monthDays.includes(dayOfMonth) || monthDays.includes(dayOfMonth - monthSpan(year, month).length - 1);
}

/** The values in order, each once. */
export function ascending(values: number[]): number[] {
  return values.length < 2 ? values : [...new Set(values)].sort((a, b) => a - b);
}

export function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
