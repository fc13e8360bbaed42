import { civilOf, dayOf, isoWeekday, lastYear, type Day } from '@rondo/time/calendar';
import { monthSpan, weekStartOf, weekYearOf } from '@rondo/time/spans';
import { daysByWeekday, isAllowedDate, isAllowedDay } from './day-filters.ts';
import { daysOfMonth, daysOfWeekYear, daysOfYear, type Anchor } from './days-of-period.ts';
import type { Rule } from './rule.ts';

/** The days, weeks, months or years of a rule from DAILY to YEARLY. The period of the first date has index 0. */
export type Periods = {
  /** The index of the period that a day is in, or of the last one before it. */
  indexOf: (day: Day) => number;
  /** The days of a period in order, before BYSETPOS, including days before the first date. Null after the last year. */
  daysOf: (index: number) => Day[] | null;
  /** The index of the next period that may have days. */
  after: (index: number) => number;
  /** How many steps `daysOf` takes. */
  steps: number;
};

const lastDay = dayOf(lastYear, 12, 31);

/**
 * Computes the days of a rule in each of its periods (RFC 5545 section 3.3.10, the table of BY parts).
 * @param anchorDay the first date of the series; it stands in for parts that the rule doesn't have
 * @param clamp whether a month without the date has its last day instead
 */
export function periodsOf(rule: Rule, anchorDay: Day, clamp: boolean): Periods {
  const steps = stepsOf(rule);
  return { after: (index) => index + 1, steps, ...daysByPeriod(rule, anchorDay, clamp) };
}

type DaysByPeriod = Pick<Periods, 'indexOf' | 'daysOf'> & Partial<Periods>;

function daysByPeriod(rule: Rule, anchorDay: Day, clamp: boolean): DaysByPeriod {
  const { year, month, date } = civilOf(anchorDay);
  const anchor: Anchor = { month, date, weekday: isoWeekday(anchorDay), clamp };
  if (rule.frequency === 'YEARLY' && rule.byWeekNumber.length > 0)
    return everyYear(rule, weekYearOf(anchorDay, rule.weekStart), {
      yearOf: (day) => weekYearOf(day, rule.weekStart),
      daysOf: (thatYear) => daysOfWeekYear(rule, thatYear, anchor),
    });
  if (rule.frequency === 'YEARLY')
    return everyYear(rule, year, {
      yearOf: (day) => civilOf(day).year,
      daysOf: (thatYear) => daysOfYear(rule, thatYear, anchor),
    });
  if (rule.frequency === 'MONTHLY') return everyMonth(rule, year * 12 + month - 1, anchor);
  return rule.frequency === 'WEEKLY' ? everyWeek(rule, anchorDay) : everyDay(rule, anchorDay);
}

function everyYear(
  { interval }: Rule,
  first: number,
  { yearOf, daysOf }: { yearOf: (day: Day) => number; daysOf: (year: number) => Day[] },
): DaysByPeriod {
  return {
    indexOf: (day) => Math.floor((yearOf(day) - first) / interval),
    daysOf: (index) => {
      const year = first + index * interval;
      return year > lastYear ? null : daysOf(year);
    },
  };
}

function everyMonth(rule: Rule, first: number, anchor: Anchor): DaysByPeriod {
  const { interval, byMonth: months } = rule;
  return {
    indexOf: (day) => {
      const { year, month } = civilOf(day);
      return Math.floor((year * 12 + month - 1 - first) / interval);
    },
    daysOf: (index) => {
      const monthIndex = first + index * interval;
      const year = Math.floor(monthIndex / 12);
      const month = (monthIndex % 12) + 1;
      if (year > lastYear) return null;
      if (months.length > 0 && !months.includes(month)) return [];
      return daysOfMonth(rule, monthSpan(year, month), anchor);
    },
  };
}

function everyWeek(rule: Rule, anchorDay: Day): DaysByPeriod {
  const { interval, byDay: days, weekStart } = rule;
  const first = weekStartOf(anchorDay, weekStart);
  const week = { first, length: 7 };
  const steps = days.length > 0 ? daysByWeekday(week, days).map((day) => day - first) : [anchorDay - first];
  const isLimited = rule.byMonth.length > 0;
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

function everyDay(rule: Rule, anchorDay: Day): DaysByPeriod {
  const { interval, byMonth: months } = rule;
  return {
    indexOf: (day) => Math.floor((day - anchorDay) / interval),
    daysOf: (index) => {
      const day = anchorDay + index * interval;
      if (day > lastDay) return null;
      return isAllowedDay(rule, day) ? [day] : [];
    },
    after: (index) => {
      const day = anchorDay + (index + 1) * interval;
      if (months.length === 0 || day > lastDay) return index + 1;
      const { year, month } = civilOf(day);
      if (months.includes(month)) return index + 1;
      return Math.ceil((dayOf(year, month + 1, 1) - anchorDay) / interval);
    },
  };
}

/** How many days, weekdays and numbers a look at one period goes through, at most. */
function stepsOf(rule: Rule): number {
  const { frequency, byMonth: months, byWeekNumber: weeks, byYearDay, byMonthDay, byDay: weekdays } = rule;
  const isScanned = weekdays.some(({ nth }) => nth === null);
  const monthsOfYear = months.length > 0 ? months.length : 12;
  const ofMonth = byMonthDay.length + weekdays.length + (isScanned ? 31 : 0);
  if (frequency === 'MONTHLY') return 1 + ofMonth;
  if (frequency !== 'YEARLY') return 1;
  if (weeks.length > 0) return 1 + 7 * weeks.length;
  const scanned = isScanned ? 366 : 0;
  return 1 + byYearDay.length + byMonthDay.length * monthsOfYear + weekdays.length * monthsOfYear + scanned;
}
