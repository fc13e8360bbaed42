import ICAL from 'ical.js';
import { parseRule } from '@rondo/shared/contracts/recurrence/recurrence-rule';
import type { Rule } from '@rondo/shared/contracts/recurrence/recurrence-rule-parts';
import { isTimeZone } from '@rondo/shared/contracts/wall-clock';

/** What a TZID of a file means: a zone of the IANA database, or the offsets that the file itself describes. */
export type FileZone = { name: string } | { offsetMs: (local: number) => number };

/** As RRULE is called while a file is read: see `readableCalendar`. */
export const ruleName = 'x-rondo-read-rrule';

const lastYear = 2_199;
const mostObservances = 200;

/** What the TZIDs of a calendar mean; undefined for one that it neither describes nor the IANA database knows. */
export function fileZones(calendar: ICAL.Component): (tzid: string) => FileZone | undefined {
  const components = new Map(
    calendar
      .getAllSubcomponents('vtimezone')
      .map((zone) => [String(zone.getFirstPropertyValue('tzid')), zone]),
  );
  const known = new Map<string, FileZone | undefined>();
  return (tzid) => {
    if (!known.has(tzid)) known.set(tzid, zoneOf(tzid, components.get(tzid)));
    return known.get(tzid);
  };
}

function zoneOf(tzid: string, component: ICAL.Component | undefined): FileZone | undefined {
  // What libical and many calendars write beside a TZID of their own.
  const location = component?.getFirstPropertyValue('x-lic-location');
  const name = [tzid, String(location ?? '')].find((candidate) => isTimeZone(candidate));
  if (name !== undefined) return { name };
  return component && describedZone(component);
}

/** The zone of a VTIMEZONE (RFC 5545 section 3.6.5), for years up to 2199; undefined where it can't be followed. */
function describedZone(component: ICAL.Component): FileZone | undefined {
  const observances = component.getAllSubcomponents();
  if (observances.length === 0 || observances.length > mostObservances) return undefined;
  if (!observances.every((observance) => isFollowed(observance))) return undefined;
  const zone = new ICAL.Timezone(component);
  try {
    // Once, to the last year of all: each later one would be worked out on top of what is there.
    zone.utcOffset(timeOf(Date.UTC(lastYear, 0, 1)));
  } catch {
    return undefined;
  }
  return {
    offsetMs: (local) => zone.utcOffset(timeOf(Math.min(local, Date.UTC(lastYear, 0, 1)))) * 1_000,
  };
}

/** Gives an observance its rule back, where it is one. */
function isFollowed(observance: ICAL.Component): boolean {
  const text = observance.getFirstPropertyValue(ruleName);
  if (text === null) return true;
  try {
    const rule = parseRule(String(text));
    if (!isOncePerYear(rule)) return false;
    observance.addPropertyWithValue('rrule', ICAL.Recur.fromString(String(text).toUpperCase()));
    return true;
  } catch {
    return false;
  }
}

/**
 * A clock is changed on a weekday or date of one month, once a year. Any other rule could be made to keep the library
 * counting for ever.
 */
function isOncePerYear({ frequency, by_month, by_day, by_month_day, ...rule }: Rule): boolean {
  const others = [rule.by_hour, rule.by_minute, rule.by_second, rule.by_week_number, rule.by_year_day];
  const nth = by_day[0]?.nth ?? null;
  return (
    frequency === 'YEARLY' &&
    rule.interval === 1 &&
    by_month.length <= 1 &&
    by_day.length <= 1 &&
    (by_day.length === 0 ||
      (by_month.length === 1 && nth !== null && Math.abs(nth) <= 5) ||
      by_month_day.length > 1) &&
    !(nth !== null && by_month_day.length > 0) &&
    [...others, rule.by_set_position].every(({ length }) => length === 0)
  );
}

function timeOf(local: number): ICAL.Time {
  return ICAL.Time.fromJSDate(new Date(local), true);
}
