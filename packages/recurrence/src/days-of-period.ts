import { isoWeekday, type Day } from '@rondo/time/calendar';
import { firstWeekOf, monthSpan, yearSpan, type Span } from '@rondo/time/spans';
import { ascending, daysByWeekday, isAllowedDate, isAllowedYearDay } from './day-filters.ts';
import type { Rule } from './rule.ts';

/**
 * What a rule takes from the first date of its series if it has no part for it. `clamp`: a month without the date has
 * its last day instead.
 */
export type Anchor = { month: number; date: number; weekday: number; clamp: boolean };

const allMonths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** The days of a month in a MONTHLY rule, or in a YEARLY rule with BYMONTH. */
export function daysOfMonth(rule: Rule, month: Span, anchor: Anchor): Day[] {
  const { byMonthDay: monthDays, byDay: weekdays } = rule;
  if (monthDays.length === 0 && weekdays.length > 0) return daysByWeekday(month, weekdays);
  if (monthDays.length === 0) return monthDay(anchor.date, month, anchor.clamp);
  // "Friday the 31st" doesn't become Friday the 30th: with BYDAY no month day is clamped.
  const clamp = anchor.clamp && weekdays.length === 0;
  const found = ascending(monthDays.flatMap((day) => monthDay(day, month, clamp)));
  return weekdays.length === 0 ? found : intersection(found, daysByWeekday(month, weekdays));
}

/** The days of a calendar year in a YEARLY rule without BYWEEKNO. */
export function daysOfYear(rule: Rule, year: number, anchor: Anchor): Day[] {
  const span = yearSpan(year);
  if (rule.byYearDay.length > 0) {
    const found = yearDays(rule.byYearDay, span).filter((day) => isAllowedDate(rule, day));
    return rule.byDay.length === 0 ? found : intersection(found, weekdaysOfYear(rule, year, span));
  }
  if (rule.byMonth.length > 0)
    return rule.byMonth.flatMap((month) => daysOfMonth(rule, monthSpan(year, month), anchor));
  if (rule.byMonthDay.length > 0) {
    // Without BYMONTH a counted weekday counts within the year, not within each month.
    const undated = { ...rule, byDay: [] };
    const bare = rule.byDay.length === 0 ? anchor : { ...anchor, clamp: false };
    const found = allMonths.flatMap((month) => daysOfMonth(undated, monthSpan(year, month), bare));
    return rule.byDay.length === 0 ? found : intersection(found, daysByWeekday(span, rule.byDay));
  }
  if (rule.byDay.length > 0) return daysByWeekday(span, rule.byDay);
  return monthDay(anchor.date, monthSpan(year, anchor.month), anchor.clamp);
}

/**
 * The days of the numbered weeks of a year in a YEARLY rule with BYWEEKNO. The weeks belong to the year, not the days:
 * week 53 of 2026 ends on 3 January 2027.
 */
export function daysOfWeekYear(rule: Rule, year: number, anchor: Anchor): Day[] {
  const first = firstWeekOf(year, rule.weekStart);
  const count = (firstWeekOf(year + 1, rule.weekStart) - first) / 7;
  const numbers = rule.byWeekNumber.map((number) => (number > 0 ? number : count + 1 + number));
  const hasNoDays = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length === 0;
  const weekdays = hasNoDays ? [anchor.weekday] : rule.byDay.map(({ weekday }) => weekday as number);
  return ascending(numbers.filter((number) => number >= 1 && number <= count))
    .flatMap((number) => Array.from({ length: 7 }, (_, index) => first + 7 * (number - 1) + index))
    .filter((day) => weekdays.length === 0 || weekdays.includes(isoWeekday(day)))
    .filter((day) => isAllowedDate(rule, day) && isAllowedYearDay(rule, day));
}

/** The day of a month by its number, from the end if it is negative. Empty, or clamped, if the month is too short. */
function monthDay(number: number, { first, length }: Span, clamp: boolean): Day[] {
  if (number > length) return clamp ? [first + length - 1] : [];
  const index = number > 0 ? number - 1 : length + number;
  return index < 0 ? [] : [first + index];
}

function yearDays(numbers: number[], { first, length }: Span): Day[] {
  const indexes = numbers.map((number) => (number > 0 ? number - 1 : length + number));
  return ascending(indexes.filter((index) => index >= 0 && index < length)).map((index) => first + index);
}

function weekdaysOfYear(rule: Rule, year: number, span: Span): Day[] {
  if (rule.byMonth.length === 0) return daysByWeekday(span, rule.byDay);
  return rule.byMonth.flatMap((month) => daysByWeekday(monthSpan(year, month), rule.byDay));
}

function intersection(days: Day[], others: Day[]): Day[] {
  const known = new Set(others);
  return days.filter((day) => known.has(day));
}
