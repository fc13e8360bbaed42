import ICAL from 'ical.js';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText, type Rule } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { isTimeZone } from '@rondo/time/zone';
import { ruleName, textOf, valuesOf } from './text.ts';

/** The meaning of a TZID in a file: an IANA zone, or the offsets that the file describes. */
export type FileZone = { name: string } | { offsetMs: (local: number) => number };

const lastMoment = Date.UTC(2_100, 0, 1);
/** Limits the work that a hostile file can cause. Real files stay far below. */
const max = { names: 200, zones: 10, observances: 200, rules: 8 };
/** The year that calendars write for "always": the start of the first 400-year Gregorian cycle. */
const firstYear = 1_601;
/** Rules are followed from this leap year on, if they begin before it. */
const firstFollowedYear = 1_972;

/** Resolves the TZIDs of a calendar; undefined if neither the IANA database nor the file defines one. */
export function fileZones(calendar: ICAL.Component): (tzid: string) => FileZone | undefined {
  const described = calendar.getAllSubcomponents('vtimezone');
  const components = new Map(described.map((zone) => [textOf(zone, 'tzid'), zone]));
  const known = new Map<string, FileZone | undefined>();
  return (tzid) => {
    if (!known.has(tzid) && known.size < max.names)
      known.set(tzid, zoneOf(tzid, known.size < max.zones ? components.get(tzid) : undefined));
    return known.get(tzid);
  };
}

function zoneOf(tzid: string, component: ICAL.Component | undefined): FileZone | undefined {
  // libical and many calendars write X-LIC-LOCATION beside a TZID of their own.
  const names = [tzid, (component && textOf(component, 'x-lic-location')) ?? ''];
  const name = names.find((candidate) => isTimeZone(candidate));
  if (name !== undefined) return { name };
  return component && describedZone(component);
}

/** Reads a VTIMEZONE (RFC 5545 section 3.6.5) for years from 1972 to 2100; undefined if its rules are not supported. */
function describedZone(component: ICAL.Component): FileZone | undefined {
  const observances = component.getAllSubcomponents();
  const rules = observances.filter((observance) => observance.hasProperty(ruleName));
  if (observances.length === 0 || observances.length > max.observances) return undefined;
  if (rules.length > max.rules || !rules.every((observance) => restoreRule(observance))) return undefined;
  const zone = new ICAL.Timezone(component);
  const offsetMs = (local: number) => zone.utcOffset(timeOf(Math.min(local, lastMoment))) * 1_000;
  try {
    // Expand up to the last year first: the library would add each later year on top of the ones that it has.
    offsetMs(lastMoment);
  } catch {
    return undefined;
  }
  return { offsetMs };
}

/** Restores the RRULE of an observance, which was renamed for parsing. Returns false if the rule is not supported. */
function restoreRule(observance: ICAL.Component): boolean {
  try {
    const rule = parseRule(textOf(observance, ruleName) ?? '');
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

function timeOf(local: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(local), true);
}
