import {
  ascending,
  dateOfDay,
  daysByWeekday,
  firstWeekOf,
  isAllowedDate,
  monthSpan,
  weekdayOf,
  yearSpan,
  type Span,
} from '@rondo/time/recurrence-calendar';
import type { Rule } from './rule-parts.ts';

/** What a rule takes from its series where it does not say it itself. */
export type Anchor = { month: number; day_of_month: number; weekday: number; clamp: boolean };

const allMonths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** The days of a month in a MONTHLY rule, or in a YEARLY one that names months. */
export function daysOfMonth(rule: Rule, month: Span, anchor: Anchor): number[] {
  const { by_month_day: monthDays, by_day: weekdays } = rule;
  if (monthDays.length === 0 && weekdays.length > 0) return daysByWeekday(month, weekdays);
  if (monthDays.length === 0) return monthDay(anchor.day_of_month, month, anchor.clamp);
  // "Friday the 31st" is not a Friday the 30th: only a month day that stands alone is clamped.
  const clamp = anchor.clamp && weekdays.length === 0;
  const found = ascending(monthDays.flatMap((day) => monthDay(day, month, clamp)));
  return weekdays.length === 0 ? found : intersection(found, daysByWeekday(month, weekdays));
}

/** The days of a calendar year in a YEARLY rule without BYWEEKNO. */
export function daysOfYear(rule: Rule, year: number, anchor: Anchor): number[] {
  const span = yearSpan(year);
  if (rule.by_year_day.length > 0) {
    const found = yearDays(rule.by_year_day, span).filter((day) => isAllowedDate(rule, day));
    return rule.by_day.length === 0 ? found : intersection(found, weekdaysOfYear(rule, year, span));
  }
  if (rule.by_month.length > 0)
    return rule.by_month.flatMap((month) => daysOfMonth(rule, monthSpan(year, month), anchor));
  if (rule.by_month_day.length > 0) {
    // Without BYMONTH a counted weekday counts within the year, not within each month.
    const undated = { ...rule, by_day: [] };
    const bare = rule.by_day.length === 0 ? anchor : { ...anchor, clamp: false };
    const found = allMonths.flatMap((month) => daysOfMonth(undated, monthSpan(year, month), bare));
    return rule.by_day.length === 0 ? found : intersection(found, daysByWeekday(span, rule.by_day));
  }
  if (rule.by_day.length > 0) return daysByWeekday(span, rule.by_day);
  return monthDay(anchor.day_of_month, monthSpan(year, anchor.month), anchor.clamp);
}

/**
 * The days of a year's numbered weeks in a YEARLY rule with BYWEEKNO. The weeks are the year's, not the days: week 53
 * of 2026 ends on 3 January 2027.
 */
export function daysOfWeekYear(rule: Rule, year: number, anchor: Anchor): number[] {
  const first = firstWeekOf(year, rule.week_start);
  const count = (firstWeekOf(year + 1, rule.week_start) - first) / 7;
  const numbers = rule.by_week_number.map((number) => (number > 0 ? number : count + 1 + number));
  const isSilent = rule.by_day.length + rule.by_month_day.length + rule.by_year_day.length === 0;
  const weekdays = isSilent ? [anchor.weekday] : rule.by_day.map(({ weekday }) => weekday as number);
  return ascending(numbers.filter((number) => number >= 1 && number <= count))
    .flatMap((number) => Array.from({ length: 7 }, (_, index) => first + 7 * (number - 1) + index))
    .filter((day) => weekdays.length === 0 || weekdays.includes(weekdayOf(day)))
    .filter((day) => isAllowedDate(rule, day) && isAllowedYearDay(rule, day));
}

/** A month's day by its number, from the end when negative: none or, clamped, the last where the month is too short. */
function monthDay(number: number, { first, length }: Span, clamp: boolean): number[] {
  if (number > length) return clamp ? [first + length - 1] : [];
  const index = number > 0 ? number - 1 : length + number;
  return index < 0 ? [] : [first + index];
}

function yearDays(numbers: number[], { first, length }: Span): number[] {
  const indexes = numbers.map((number) => (number > 0 ? number - 1 : length + number));
  return ascending(indexes.filter((index) => index >= 0 && index < length)).map((index) => first + index);
}

function weekdaysOfYear(rule: Rule, year: number, span: Span): number[] {
  if (rule.by_month.length === 0) return daysByWeekday(span, rule.by_day);
  return rule.by_month.flatMap((month) => daysByWeekday(monthSpan(year, month), rule.by_day));
}

/** Whether a day is one of BYYEARDAY of its own calendar year, as far as the rule has it. */
export function isAllowedYearDay({ by_year_day: numbers }: Rule, day: number): boolean {
  if (numbers.length === 0) return true;
  const { first, length } = yearSpan(dateOfDay(day).year);
  return numbers.includes(day - first + 1) || numbers.includes(day - first - length);
}

function intersection(days: number[], others: number[]): number[] {
  const known = new Set(others);
  return days.filter((day) => known.has(day));
}
