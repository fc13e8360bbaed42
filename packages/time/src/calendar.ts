/** A calendar day as days since 1970-01-01 (Gregorian): what can be counted with before any zone is known. */
export type Day = number;

const dayMs = 86_400_000;

/** Since 1973 the offset of every zone is whole minutes, which RFC 3339 needs; after 9998 a year may have five digits. */
const firstUsable = dayOf(1973, 1, 1);
const lastUsable = dayOf(9998, 12, 31);

/** Whether a day is one that a task can be due on, in every zone. */
export function isUsable(day: Day): boolean {
  return day >= firstUsable && day <= lastUsable;
}

/** `month` counts from 1; a `date` beyond the month's end runs into the next month. */
export function dayOf(year: number, month: number, date: number): Day {
  return Date.UTC(year, month - 1, date) / dayMs;
}

export type Civil = { year: number; month: number; date: number };

/** Year, month (from 1) and date of a day. */
export function civilOf(day: Day): Civil {
  const moment = new Date(day * dayMs);
  return { year: moment.getUTCFullYear(), month: moment.getUTCMonth() + 1, date: moment.getUTCDate() };
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: Day): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** The number of days of a month (from 1). */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The day of that name, or nothing where the month has no such date or the year is not usable. */
export function exactDay(year: number, month: number, date: number): Day | undefined {
  if (month < 1 || month > 12 || date < 1 || date > daysInMonth(year, month)) return undefined;
  const day = dayOf(year, month, date);
  return isUsable(day) ? day : undefined;
}

/** The first day with this month and date on or after `from`; eight years reach over a century without a leap day. */
export function nextYearly(month: number, date: number, from: Day): Day | undefined {
  const { year } = civilOf(from);
  for (let ahead = 0; ahead <= 8; ahead++) {
    const day = exactDay(year + ahead, month, date);
    if (day !== undefined && day >= from) return day;
  }
  return undefined;
}

/** The first day with this date of any month on or after `from`. */
export function nextMonthly(date: number, from: Day): Day | undefined {
  const { year, month } = civilOf(from);
  for (let ahead = 0; ahead <= 3; ahead++) {
    const { year: thatYear, month: thatMonth } = civilOf(dayOf(year, month + ahead, 1));
    const day = exactDay(thatYear, thatMonth, date);
    if (day !== undefined && day >= from) return day;
  }
  return undefined;
}

export type CalendarUnit = 'day' | 'week' | 'month' | 'year';

/** A day moved by whole units. A date that the month does not have becomes its last one. */
export function addUnits(day: Day, count: number, unit: CalendarUnit): Day {
  if (unit === 'day') return day + count;
  if (unit === 'week') return day + count * 7;
  const { year, month, date } = civilOf(day);
  const first = civilOf(dayOf(year, month + (unit === 'year' ? count * 12 : count), 1));
  return dayOf(first.year, first.month, Math.min(date, daysInMonth(first.year, first.month)));
}

/** The last day of the month that is `ahead` months after the one of `day`. */
export function endOfMonth(day: Day, ahead = 0): Day {
  const { year, month } = civilOf(day);
  return dayOf(year, month + ahead + 1, 1) - 1;
}

/** RFC 3339 section 5.6, `full-date`. */
export function isoDate(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
