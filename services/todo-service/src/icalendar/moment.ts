import type ICAL from 'ical.js';
import { rfc3339 } from '@rondo/time/iso-8601';
import { instantOf } from '@rondo/time/wall-clock';
import type { FileZone } from './file-zone.ts';
import { valuesOf } from './text.ts';
import { secondsOf } from './time.ts';

/** Why an entry of a calendar is not taken; the message is for whoever imports it. */
export class Unreadable extends Error {}

/** The zones that times of a file are read in: those that it names, and the person's for times that float. */
export type Zones = { person: string; ofFile: (tzid: string) => FileZone | undefined };

/** A date or time of a file: as a task has it, the instant at which it begins, and what it looks like on its clock. */
export type Moment = {
  text: string;
  instant: number;
  /** The IANA zone that the file gives it; a plain date and an instant have none. */
  time_zone: string | null;
  is_all_day: boolean;
};

const secondMs = 1_000;
const dayMs = 86_400_000;

/**
 * Reads DATE or DATE-TIME (RFC 5545 sections 3.3.4 and 3.3.5), `later` days after what the property says.
 * @throws Unreadable
 */
export function momentOf(property: ICAL.Property, zones: Zones, later = 0): Moment {
  const [value = ''] = valuesOf(property);
  const local = localOf(value);
  if (local === undefined) throw new Unreadable(`${property.name.toUpperCase()} is not a date or a time`);
  const moved = local + later * dayMs;
  if (value.length === 10) {
    const text = secondsOf(moved).slice(0, 10);
    return { text, instant: instantOf(moved, zones.person), time_zone: null, is_all_day: true };
  }
  if (value.endsWith('Z')) return inUtc(moved);
  const tzid = property.getFirstParameter('tzid');
  const zone = tzid ? zones.ofFile(tzid) : { name: zones.person };
  if (!zone)
    throw new Unreadable(`${property.name.toUpperCase()} is in a time zone that the file does not describe`);
  if ('name' in zone) return inZone(instantOf(moved, zone.name), zone.name);
  return withOffset(moved, zone.offsetMs(moved));
}

/** The moment so many seconds after another. */
export function momentAfter({ instant, time_zone: zone }: Moment, seconds: number): Moment {
  const then = instant + seconds * secondMs;
  return zone === null ? inUtc(then) : inZone(then, zone);
}

function inUtc(instant: number): Moment {
  return { text: `${secondsOf(instant)}Z`, instant, time_zone: null, is_all_day: false };
}

function inZone(instant: number, zone: string): Moment {
  return { text: rfc3339(instant, zone), instant, time_zone: zone, is_all_day: false };
}

function withOffset(local: number, offset: number): Moment {
  if (!(Math.abs(offset) < dayMs)) throw new Unreadable('its time zone is a day or more from UTC');
  const sign = offset < 0 ? '-' : '+';
  const text = `${secondsOf(local)}${sign}${secondsOf(Math.abs(offset)).slice(11, 16)}`;
  return { text, instant: local - offset, time_zone: null, is_all_day: false };
}

/** Milliseconds of a jCal date or time as if its clock were UTC; undefined for one that no calendar has. */
function localOf(value: string): number | undefined {
  const full = value.length === 10 ? `${value}T00:00:00` : value.replace(/Z$/, '');
  const local = Date.parse(`${full}Z`);
  return !Number.isNaN(local) && secondsOf(local) === full ? local : undefined;
}
