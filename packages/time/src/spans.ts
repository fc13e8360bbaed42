import { civilOf, dayOf, daysInMonth, isLeapYear, isoWeekday, modulo, type Day } from './calendar.ts';

/** Consecutive days, such as a month or a year. */
export type Span = { first: Day; length: number };

/** `month` counts from 1. */
export function monthSpan(year: number, month: number): Span {
  return { first: dayOf(year, month, 1), length: daysInMonth(year, month) };
}

export function yearSpan(year: number): Span {
  return { first: dayOf(year, 1, 1), length: isLeapYear(year) ? 366 : 365 };
}

/** The first day of the week of `day`, if weeks start on `weekStart` (an ISO weekday). */
export function weekStartOf(day: Day, weekStart: number): Day {
  return day - modulo(isoWeekday(day) - weekStart, 7);
}

/** The first day of week 1 of a year: the first week with at least four days in it (RFC 5545 section 3.3.10, BYWEEKNO). */
export function firstWeekOf(year: number, weekStart: number): Day {
  return weekStartOf(dayOf(year, 1, 4), weekStart);
}

/** The year that the week of `day` is numbered in. Around New Year's Day it can be the previous or the next year. */
export function weekYearOf(day: Day, weekStart: number): number {
  const { year } = civilOf(day);
  if (day < firstWeekOf(year, weekStart)) return year - 1;
  return day < firstWeekOf(year + 1, weekStart) ? year : year + 1;
}
