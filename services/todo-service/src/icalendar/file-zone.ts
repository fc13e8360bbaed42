import ICAL from 'ical.js';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText, type Rule } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { isTimeZone } from '@rondo/time/zone';
import { ruleName, textOf } from './text.ts';

/** What a TZID of a file means: a zone of the IANA database, or the offsets that the file itself describes. */
export type FileZone = { name: string } | { offsetMs: (local: number) => number };

const lastMoment = Date.UTC(2_199, 0, 1);
/** Whoever sends a file decides how long its zones are worked out: real ones stay far below. */
const most = { zones: 10, observances: 200, rules: 8 };
/** Where calendars that know no beginning begin: that of the Gregorian calendar's first full cycle of 400 years. */
const firstYear = 1_601;

/** What the TZIDs of a calendar mean; undefined for one that neither the IANA database nor the file explains. */
export function fileZones(calendar: ICAL.Component): (tzid: string) => FileZone | undefined {
  const described = calendar.getAllSubcomponents('vtimezone');
  const components = new Map(described.map((zone) => [textOf(zone, 'tzid'), zone]));
  const known = new Map<string, FileZone | undefined>();
  return (tzid) => {
    if (!known.has(tzid))
      known.set(tzid, zoneOf(tzid, known.size < most.zones ? components.get(tzid) : undefined));
    return known.get(tzid);
  };
}

function zoneOf(tzid: string, component: ICAL.Component | undefined): FileZone | undefined {
  // The second is what libical and many calendars write beside a TZID of their own.
  const names = [tzid, (component && textOf(component, 'x-lic-location')) ?? ''];
  const name = names.find((candidate) => isTimeZone(candidate));
  if (name !== undefined) return { name };
  return component && describedZone(component);
}

/** The zone of a VTIMEZONE (RFC 5545 section 3.6.5), for years up to 2199; undefined where it can't be followed. */
function describedZone(component: ICAL.Component): FileZone | undefined {
  const observances = component.getAllSubcomponents();
  const rules = observances.filter((observance) => observance.hasProperty(ruleName));
  if (observances.length === 0 || observances.length > most.observances) return undefined;
  if (rules.length > most.rules || !rules.every((observance) => takesItsRule(observance))) return undefined;
  const zone = new ICAL.Timezone(component);
  const offsetMs = (local: number) => zone.utcOffset(timeOf(Math.min(local, lastMoment))) * 1_000;
  try {
    // First to the last year of all: each later one would be worked out on top of what is there.
    offsetMs(lastMoment);
  } catch {
    return undefined;
  }
  return { offsetMs };
}

/** Gives an observance its rule back where that is one that can be followed. */
function takesItsRule(observance: ICAL.Component): boolean {
  try {
    const rule = parseRule(textOf(observance, ruleName) ?? '');
    const begin = Number(textOf(observance, 'dtstart')?.slice(0, 4));
    if (!isOncePerYear(rule) || !(begin >= firstYear)) return false;
    observance.addPropertyWithValue('rrule', ICAL.Recur.fromString(ruleText(rule)));
    return true;
  } catch (error) {
    if (error instanceof RuleError) return false;
    throw error;
  }
}

/**
 * A clock is changed on a weekday or a date of a month, once a year. Other rules could be made to keep the library
 * counting for ever, or for minutes.
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
