import { dayMs } from './units.ts';

/** A day of the Gregorian calendar: days since 1970-01-01. */
export type Day = number;

/** The last year in which every instant has a year of four digits in every zone. */
export const lastYear = 9_998;

/** Since 1973 every zone is whole minutes from UTC, as RFC 3339 requires. */
const firstUsableDay = dayOf(1973, 1, 1);
const lastUsableDay = dayOf(lastYear, 12, 31);

/** Whether a task can be due on a day, in every zone. */
export function isUsable(day: Day): boolean {
  return day >= firstUsableDay && day <= lastUsableDay;
}

/** `month` counts from 1. A month or date that is out of range continues into the next or the previous one. */
export function dayOf(year: number, month: number, date: number): Day {
  return Date.UTC(year, month - 1, date) / dayMs;
}

/** A day as people write it. `month` counts from 1. */
export type Civil = { year: number; month: number; date: number };

/** The year, month and date of a day. */
export function civilOf(day: Day): Civil {
  const instant = new Date(day * dayMs);
  return { year: instant.getUTCFullYear(), month: instant.getUTCMonth() + 1, date: instant.getUTCDate() };
}

/** A weekday of ISO 8601: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

export function isoWeekday(day: Day): Weekday {
  // 1970-01-01 was a Thursday.
  return (modulo(day + 3, 7) + 1) as Weekday;
}

/** `month` counts from 1. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The day with this date; undefined if the month has no such date or the day isn't usable. */
export function exactDay(year: number, month: number, date: number): Day | undefined {
  if (month < 1 || month > 12 || date < 1 || date > daysInMonth(year, month)) return undefined;
  const day = dayOf(year, month, date);
  return isUsable(day) ? day : undefined;
}

/** The first day with this month and date on or after `from`. */
export function nextYearly(month: number, date: number, from: Day): Day | undefined {
  const { year } = civilOf(from);
  // Around 1900 and 2100 two leap days are eight years apart.
  for (let ahead = 0; ahead <= 8; ahead++) {
    const day = exactDay(year + ahead, month, date);
    if (day !== undefined && day >= from) return day;
  }
  return undefined;
}

/** The first day with this date, in any month, on or after `from`. */
export function nextMonthly(date: number, from: Day): Day | undefined {
  const { year, month } = civilOf(from);
  for (let ahead = 0; ahead <= 3; ahead++) {
    const first = civilOf(dayOf(year, month + ahead, 1));
    const day = exactDay(first.year, first.month, date);
    if (day !== undefined && day >= from) return day;
  }
  return undefined;
}

export type CalendarUnit = 'day' | 'week' | 'month' | 'year';

/** Moves a day by whole units. A date that the month doesn't have becomes its last one. */
export function addUnits(day: Day, count: number, unit: CalendarUnit): Day {
  if (unit === 'day') return day + count;
  if (unit === 'week') return day + count * 7;
  const { year, month, date } = civilOf(day);
  const first = civilOf(dayOf(year, month + (unit === 'year' ? count * 12 : count), 1));
  return dayOf(first.year, first.month, Math.min(date, daysInMonth(first.year, first.month)));
}

/** The last day of the month of `day`. */
export function endOfMonth(day: Day): Day {
  const { year, month } = civilOf(day);
  return dayOf(year, month + 1, 1) - 1;
}

/** A table, because `padStart` and `toISOString` took a third of the time of a preview. */
export const twoDigits: readonly string[] = Array.from({ length: 100 }, (_, value) =>
  String(value).padStart(2, '0'),
);

/** `YYYY-MM-DD` (RFC 3339, `full-date`) of a day from the year 1000 on. */
export function isoDate(day: Day): string {
  const date = new Date(day * dayMs);
  return `${date.getUTCFullYear()}-${twoDigits[date.getUTCMonth() + 1]}-${twoDigits[date.getUTCDate()]}`;
}

/** The remainder of a division, never negative. */
export function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
