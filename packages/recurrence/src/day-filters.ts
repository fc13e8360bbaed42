import { civilOf, daysInMonth, isoWeekday, modulo, type Day } from '@rondo/time/calendar';
import { yearSpan, type Span } from '@rondo/time/spans';
import type { Rule, RuleDay } from './rule.ts';

/** The days of a span that BYDAY names, in order. A counted weekday counts within the span. */
export function daysByWeekday(span: Span, days: RuleDay[]): Day[] {
  const counted = countedWeekdays(span, days);
  const every = days.filter(({ nth }) => nth === null).map(({ weekday }) => weekday as number);
  if (every.length === 0) return ascending(counted);
  const found: Day[] = [];
  let weekday: number = isoWeekday(span.first);
  for (let day = span.first; day < span.first + span.length; day += 1) {
    if (every.includes(weekday)) found.push(day);
    weekday = weekday === 7 ? 1 : weekday + 1;
  }
  return counted.length === 0 ? found : ascending([...found, ...counted]);
}

function countedWeekdays({ first, length }: Span, days: RuleDay[]): Day[] {
  const found: Day[] = [];
  for (const { weekday, nth } of days) {
    const earliest = first + modulo(weekday - isoWeekday(first), 7);
    const times = Math.ceil((first + length - earliest) / 7);
    if (nth !== null && Math.abs(nth) <= times) found.push(earliest + 7 * (nth > 0 ? nth - 1 : times + nth));
  }
  return found;
}

/** Whether a day matches BYMONTH, BYMONTHDAY, and BYDAY without its numbers. An absent part matches every day. */
export function isAllowedDay(rule: Rule, day: Day): boolean {
  if (rule.byDay.length > 0 && !rule.byDay.some(({ weekday }) => weekday === isoWeekday(day))) return false;
  return isAllowedDate(rule, day);
}

/** Whether a day matches BYMONTH and BYMONTHDAY. An absent part matches every day. */
export function isAllowedDate({ byMonth: months, byMonthDay: monthDays }: Rule, day: Day): boolean {
  if (months.length === 0 && monthDays.length === 0) return true;
  const { year, month, date } = civilOf(day);
  if (months.length > 0 && !months.includes(month)) return false;
  if (monthDays.length === 0) return true;
  return monthDays.includes(date) || monthDays.includes(date - daysInMonth(year, month) - 1);
}

/** Whether a day matches BYYEARDAY in its calendar year. An absent part matches every day. */
export function isAllowedYearDay({ byYearDay: numbers }: Rule, day: Day): boolean {
  if (numbers.length === 0) return true;
  const { first, length } = yearSpan(civilOf(day).year);
  return numbers.includes(day - first + 1) || numbers.includes(day - first - length);
}

/** Of a set in order, the indexes from 0 that BYSETPOS selects, in order. */
export function setPositions(positions: number[], size: number): number[] {
  const indexes = positions.map((position) => (position > 0 ? position - 1 : size + position));
  return ascending(indexes.filter((index) => index >= 0 && index < size));
}

/** The values in order, without duplicates. */
export function ascending(values: number[]): number[] {
  return values.length < 2 ? values : [...new Set(values)].sort((a, b) => a - b);
}
