import ICAL from 'ical.js';
import { ruleText, type Rule } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { secondMs } from '@rondo/time/units';
import type { Zone } from '@rondo/time/zone';
import { readRule } from '../domain/imports/read-rule.ts';
import { ruleName, textOf, valuesOf } from './text.ts';

const lastMoment = Date.UTC(2_100, 0, 1);
/** Limits the work that a hostile file can cause. Real files stay far below. */
const max = { observances: 200, rules: 8 };
/** The year that calendars write for "always": the start of the first 400-year Gregorian cycle. */
const firstYear = 1_601;
/** Rules are followed from this leap year on, if they begin before it. */
const firstFollowedYear = 1_972;

/** A change of a clock as ical.js lists it: when, in UTC, and the offsets after and before it, in seconds. */
type Change = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number> & {
  utcOffset: number;
  prevUtcOffset: number;
};

/**
 * Reads a VTIMEZONE (RFC 5545 section 3.6.5) for years from 1972 to 2100.
 * @returns undefined if its rules are not supported
 */
export function describedZone(component: ICAL.Component): Zone | undefined {
  const observances = component.getAllSubcomponents();
  const rules = observances.filter((observance) => observance.hasProperty(ruleName));
  if (observances.length === 0 || observances.length > max.observances) return undefined;
  if (rules.length > max.rules || !rules.every((observance) => restoreRule(observance))) return undefined;
  const changes = changesOf(component);
  const [first] = changes;
  if (!first) return undefined;
  const instants = changes.map(({ year, month, day, hour, minute, second }) =>
    Date.UTC(year, month - 1, day, hour, minute, second),
  );
  return {
    offsetAt(instant) {
      let [from, to] = [0, instants.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        if ((instants[middle] ?? 0) <= instant) from = middle + 1;
        else to = middle;
      }
      return (changes[from - 1]?.utcOffset ?? first.prevUtcOffset) * secondMs;
    },
  };
}

/** The changes up to the last year, in order. The library finds the rules' dates. */
function changesOf(component: ICAL.Component): readonly Change[] {
  try {
    const zone = new ICAL.Timezone(component);
    zone.utcOffset(ICAL.Time.fromJSDate(new Date(lastMoment), true));
    return zone.changes as Change[];
  } catch {
    return [];
  }
}

/** Restores the RRULE of an observance, which was renamed for parsing. Returns false if the rule is not supported. */
function restoreRule(observance: ICAL.Component): boolean {
  try {
    const rule = readRule(textOf(observance, ruleName) ?? '');
    const start = observance.getFirstProperty('dtstart');
    const text = start && valuesOf(start)[0];
    const begin = Number(text?.slice(0, 4));
    if (!start || !isOncePerYear(rule) || !(begin >= firstYear)) return false;
    if (begin < firstFollowedYear) start.toJSON()[3] = `${firstFollowedYear}${text?.slice(4)}`;
    observance.addPropertyWithValue('rrule', ICAL.Recur.fromString(ruleText(rule)));
    return true;
  } catch (error) {
    if (error instanceof RuleError) return false;
    throw error;
  }
}

/**
 * Real zones change their clocks once a year, on a weekday or a date of a month. Other rules could keep the library busy
 * for minutes, or forever.
 */
function isOncePerYear(rule: Rule): boolean {
  const { byMonth: months, byMonthDay: dates, byDay: days } = rule;
  const others = [
    rule.byHour,
    rule.byMinute,
    rule.bySecond,
    rule.byWeekNumber,
    rule.byYearDay,
    rule.bySetPosition,
  ];
  const isYearly =
    rule.frequency === 'YEARLY' && rule.interval === 1 && others.every(({ length }) => length === 0);
  const [day] = days;
  if (!isYearly || months.length > 1 || days.length > 1) return false;
  if (!day) return dates.length <= 1;
  return months.length === 1 && dates.length === 0 && day.nth !== null && Math.abs(day.nth) <= 5;
}
