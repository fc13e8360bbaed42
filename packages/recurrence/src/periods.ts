import {
  ascending,
  dateOfDay,
  dayNumber,
  daysByWeekday,
  isAllowedDate,
  isAllowedDay,
  lastYear,
  monthSpan,
  weekdayOf,
  weekStartOf,
  weekYearOf,
} from '@rondo/time/recurrence-calendar';
import type { Rule } from './rule-parts.ts';
import { daysOfMonth, daysOfWeekYear, daysOfYear, type Anchor } from './year.ts';

/**
 * The periods of a rule from DAILY to YEARLY, numbered from the anchor's, which is 0. `daysOf` gives the days of one in
 * order, before BYSETPOS and including days before the anchor; null ends the calendar.
 */
export type Periods = {
  indexOf: (day: number) => number;
  daysOf: (index: number) => number[] | null;
};

const lastDay = dayNumber(lastYear, 12, 31);

/**
 * The days of a rule's periods as arithmetic on day numbers (RFC 5545 section 3.3.10, the table of BY parts).
 * What the rule does not say is taken from the anchor. `clamp` gives a short month its last day for a missing one.
 */
export function periodsOf(rule: Rule, anchorDay: number, clamp: boolean): Periods {
  const { year, month, day_of_month: dayOfMonth } = dateOfDay(anchorDay);
  const anchor: Anchor = { month, day_of_month: dayOfMonth, weekday: weekdayOf(anchorDay), clamp };
  if (rule.frequency === 'YEARLY' && rule.by_week_number.length > 0)
    return everyYear(rule, weekYearOf(anchorDay, rule.week_start), {
      yearOf: (day) => weekYearOf(day, rule.week_start),
      daysOf: (year) => daysOfWeekYear(rule, year, anchor),
    });
  if (rule.frequency === 'YEARLY')
    return everyYear(rule, year, {
      yearOf: (day) => dateOfDay(day).year,
      daysOf: (year) => daysOfYear(rule, year, anchor),
    });
  if (rule.frequency === 'MONTHLY') return everyMonth(rule, year * 12 + month - 1, anchor);
  return rule.frequency === 'WEEKLY' ? everyWeek(rule, anchorDay) : everyDay(rule, anchorDay);
}

function everyYear(
  { interval }: Rule,
  first: number,
  { yearOf, daysOf }: { yearOf: (day: number) => number; daysOf: (year: number) => number[] },
): Periods {
  return {
    indexOf: (day) => Math.floor((yearOf(day) - first) / interval),
    daysOf: (index) => {
      const year = first + index * interval;
      return year > lastYear ? null : daysOf(year);
    },
  };
}

function everyMonth(rule: Rule, first: number, anchor: Anchor): Periods {
  const { interval, by_month: months } = rule;
  return {
    indexOf: (day) => {
      const { year, month } = dateOfDay(day);
      return Math.floor((year * 12 + month - 1 - first) / interval);
    },
    daysOf: (index) => {
      const months0 = first + index * interval;
      const year = Math.floor(months0 / 12);
      const month = (months0 % 12) + 1;
      if (year > lastYear) return null;
      if (months.length > 0 && !months.includes(month)) return [];
      return daysOfMonth(rule, monthSpan(year, month), anchor);
    },
  };
}

function everyWeek(rule: Rule, anchorDay: number): Periods {
  const { interval, by_day: days, week_start: weekStart } = rule;
  const first = weekStartOf(anchorDay, weekStart);
  const week = { first, length: 7 };
  const steps = days.length > 0 ? daysByWeekday(week, days).map((day) => day - first) : [anchorDay - first];
  const isLimited = rule.by_month.length > 0;
  return {
    indexOf: (day) => Math.floor((weekStartOf(day, weekStart) - first) / (7 * interval)),
    daysOf: (index) => {
      const start = first + index * 7 * interval;
      if (start > lastDay) return null;
      const found = steps.map((step) => start + step);
      return isLimited ? found.filter((day) => isAllowedDate(rule, day)) : found;
    },
  };
}

function everyDay(rule: Rule, anchorDay: number): Periods {
  const { interval } = rule;
  return {
    indexOf: (day) => Math.floor((day - anchorDay) / interval),
    daysOf: (index) => {
      const day = anchorDay + index * interval;
      if (day > lastDay) return null;
      return isAllowedDay(rule, day) ? [day] : [];
    },
  };
}

/** Of a sorted set, the members that BYSETPOS names by index from 0, in order. */
export function setPositions(positions: number[], size: number): number[] {
  const indexes = positions.map((position) => (position > 0 ? position - 1 : size + position));
  return ascending(indexes.filter((index) => index >= 0 && index < size));
}
