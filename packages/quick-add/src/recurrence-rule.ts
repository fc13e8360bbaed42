import { civilOf, daysInMonth, isUsable, isoDate, weekdayOf, type Day } from '@rondo/time/calendar';
import { weekdayCodes } from '@rondo/recurrence/rule-parts';
import { countText, listText, monthNames, ordinalText, weekdayNames } from './words.ts';

/** The recurrence rules that phrases can express, as in RFC 5545 section 3.3.10; -1 is the last. */
export type Rule = {
  frequency: 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval: number;
  /** 1 to 12. */
  month?: number;
  /** Dates of the month, ascending, -1 at the end. */
  dates?: number[];
  /** 0 for Monday to 6 for Sunday, ascending. */
  weekdays?: number[];
  /** Which of the `weekdays` of a month: "3rd friday", "last weekday". */
  which?: number[];
};

/** Monday to Friday. */
export const workdays: number[] = [0, 1, 2, 3, 4];

function areWorkdays(days: number[] | undefined): boolean {
  return days?.join('') === workdays.join('');
}

/** Writes the rule as an RRULE value, without COUNT and UNTIL. */
export function rruleOf({ frequency, interval, month, dates, weekdays, which }: Rule): string {
  const parts = [`FREQ=${frequency}`];
  if (interval > 1) parts.push(`INTERVAL=${interval}`);
  if (month !== undefined) parts.push(`BYMONTH=${month}`);
  if (dates) parts.push(`BYMONTHDAY=${dates.join(',')}`);
  if (weekdays && which && weekdays.length === 1)
    parts.push(`BYDAY=${which.map((nth) => `${nth}${weekdayCodes[weekdays[0] ?? 0]}`).join(',')}`);
  else if (weekdays) parts.push(`BYDAY=${weekdays.map((day) => weekdayCodes[day]).join(',')}`);
  if (weekdays && which && weekdays.length > 1) parts.push(`BYSETPOS=${which.join(',')}`);
  return parts.join(';');
}

/** Writes UNTIL of an all-day rule: a date, like its DTSTART (RFC 5545 section 3.3.10). */
export function untilDate(day: Day): string {
  return isoDate(day).replaceAll('-', '');
}

/** Writes UNTIL of a timed rule: an instant in UTC. */
export function untilInstant(instant: number): string {
  return new Date(instant).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

/** Leap days are at most eight years apart. */
const maxDaysAhead = 8 * 366 + 1;

/** Finds the first day on or after `from` that matches the rule. A rule without days matches each day. */
export function firstDayOf(rule: Rule, from: Day): Day | undefined {
  for (let day = from; day <= from + maxDaysAhead && isUsable(day); day++) if (matches(rule, day)) return day;
  return undefined;
}

function matches({ month, dates, weekdays, which }: Rule, day: Day): boolean {
  if (weekdays && !weekdays.includes(weekdayOf(day))) return false;
  if (month === undefined && !dates && !which) return true;
  const civil = civilOf(day);
  if (month !== undefined && civil.month !== month) return false;
  const length = daysInMonth(civil.year, civil.month);
  if (dates && !dates.includes(civil.date) && !(dates.includes(-1) && civil.date === length)) return false;
  if (!weekdays || !which) return true;
  const before = countOf(weekdays, day - civil.date + 1, day);
  if (which.includes(before)) return true;
  return which.includes(-1) && countOf(weekdays, day, day + length - civil.date) === 1;
}

/** Counts the days with these weekdays from `from` to `to`, inclusive. */
function countOf(weekdays: number[], from: Day, to: Day): number {
  let count = 0;
  for (let day = from; day <= to; day++) if (weekdays.includes(weekdayOf(day))) count++;
  return count;
}

const units = { HOURLY: 'hour', DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };

/** Writes the rule in English, in words that `readRule` can read: "every 2 weeks on Monday and Thursday". */
export function ruleText(rule: Rule, fromCompletion: boolean): string {
  const every = fromCompletion ? 'every!' : 'every';
  const days = rule.weekdays && dayNames(rule.weekdays);
  const unit = units[rule.frequency];
  if (days && rule.frequency === 'WEEKLY' && rule.interval === 1) return `${every} ${days}`;
  const base = rule.interval === 1 ? `${every} ${unit}` : `${every} ${countText(rule.interval, unit)}`;
  if (days && !rule.which) return `${base} on ${days}`;
  const which = (rule.which ?? rule.dates)?.map(ordinalText);
  if (!which) return base;
  const ofMonth = rule.month === undefined ? '' : ` of ${monthNames[rule.month - 1]}`;
  if (days) return `${base} on the ${listText(which)} ${days}${ofMonth}`;
  return `${base} on the ${listText(which)}${rule.dates?.includes(-1) ? ' day' : ''}${ofMonth}`;
}

function dayNames(days: number[]): string {
  return areWorkdays(days) ? 'weekday' : listText(days.map((day) => weekdayNames[day] ?? ''));
}
