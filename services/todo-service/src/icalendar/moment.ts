import type ICAL from 'ical.js';
import { rfc3339 } from '@rondo/time/iso-8601';
import { instantOf } from '@rondo/time/wall-clock';
import type { FileZone } from './file-zone.ts';
import { valuesOf } from './text.ts';
import { secondsOf } from './time.ts';

/** Thrown for an entry that can't be imported. The message is shown to the person who imports it. */
export class Unreadable extends Error {}

/** The zones of a file: those that it names, and the person's zone for floating times. */
export type Zones = { person: string; ofFile: (tzid: string) => FileZone | undefined };

/** A date or time of a file: as text of a task, and as the instant at which it begins (ms since the epoch). */
export type Moment = {
  text: string;
  instant: number;
  /** The IANA zone that the file gives it; null for a date and for an instant in UTC. */
  timeZone: string | null;
  isAllDay: boolean;
};

const secondMs = 1_000;
const dayMs = 86_400_000;

/**
 * Parses a DATE or DATE-TIME (RFC 5545 sections 3.3.4 and 3.3.5) and adds calendar days.
 * @throws Unreadable
 */
export function momentOf(property: ICAL.Property, zones: Zones, addedDays = 0): Moment {
  const [value = ''] = valuesOf(property);
  const local = localOf(value);
  if (local === undefined) throw new Unreadable(`${property.name.toUpperCase()} is not a date or a time`);
  const moved = local + addedDays * dayMs;
  if (value.length === 10) {
    const text = secondsOf(moved).slice(0, 10);
    return { text, instant: instantOf(moved, zones.person), timeZone: null, isAllDay: true };
  }
  if (value.endsWith('Z')) return inUtc(moved);
  const tzid = property.getFirstParameter('tzid');
  const zone = tzid ? zones.ofFile(tzid) : { name: zones.person };
  if (!zone)
    throw new Unreadable(`${property.name.toUpperCase()} is in a time zone that the file does not describe`);
  if ('name' in zone) return inZone(instantOf(moved, zone.name), zone.name);
  return withOffset(moved, zone.offsetMs(moved));
}

/** The moment that is a number of seconds later. */
export function momentAfter({ instant, timeZone: zone }: Moment, seconds: number): Moment {
  const then = instant + seconds * secondMs;
  return zone === null ? inUtc(then) : inZone(then, zone);
}

function inUtc(instant: number): Moment {
  return { text: `${secondsOf(instant)}Z`, instant, timeZone: null, isAllDay: false };
}

function inZone(instant: number, zone: string): Moment {
  return { text: rfc3339(instant, zone), instant, timeZone: zone, isAllDay: false };
}

function withOffset(local: number, offset: number): Moment {
  if (!(Math.abs(offset) < dayMs)) throw new Unreadable('its time zone differs from UTC by a day or more');
  const sign = offset < 0 ? '-' : '+';
  const text = `${secondsOf(local)}${sign}${secondsOf(Math.abs(offset)).slice(11, 16)}`;
  return { text, instant: local - offset, timeZone: null, isAllDay: false };
}

/** A jCal date or time as wall time, in ms as if it were UTC; undefined if there is no such date. */
function localOf(value: string): number | undefined {
  const full = value.length === 10 ? `${value}T00:00:00` : value.replace(/Z$/, '');
  const local = Date.parse(`${full}Z`);
  return !Number.isNaN(local) && secondsOf(local) === full ? local : undefined;
}
