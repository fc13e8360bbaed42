import type ICAL from 'ical.js';
import { rfc3339 } from '@rondo/time/iso-8601';
import { dayMs, secondMs } from '@rondo/time/units';
import { instantOf, wallOf, type Wall } from '@rondo/time/wall-clock';
import type { Zone } from '@rondo/time/zone';
import type { FileZone } from './file-zone.ts';
import { valuesOf } from './text.ts';
import { secondsOf } from './time.ts';

/** Thrown for an entry that can't be imported. The message is shown to the person who imports it. */
export class Unreadable extends Error {}

/** The zones of a calendar. */
export type Zones = {
  /** The zone of times without one: that of the calendar, otherwise that of the person. */
  floating: string;
  /** Whether that is the person's: then such a time floats. */
  isPersonal: boolean;
  ofFile: (tzid: string) => FileZone;
  now: Date;
};

/** A date or time of a file: as text of a task, and as the instant at which it begins (ms since the epoch). */
export type Moment = {
  text: string;
  instant: number;
  /** What the clock of its zone shows; of a date, its midnight. */
  wall: Wall;
  /** The IANA zone that the file gives it; null for a date, for an instant in UTC, and in a zone that only the file has. */
  timeZone: string | null;
  isAllDay: boolean;
  /** A time without a zone, in a calendar without one: what the clock shows wherever the person is. */
  isFloating?: boolean;
};

/**
 * Parses a DATE or DATE-TIME (RFC 5545 sections 3.3.4 and 3.3.5) and adds calendar days.
 * @throws Unreadable
 */
export function momentOf(property: ICAL.Property, zones: Zones, addedDays = 0): Moment {
  const [value = ''] = valuesOf(property);
  const local = localOf(value);
  if (local === undefined) throw new Unreadable(`${property.name.toUpperCase()} is not a date or a time`);
  const wall = local + addedDays * dayMs;
  if (value.length === 10) return allDay(wall, zones);
  if (value.endsWith('Z')) return inUtc(wall);
  const zone = zoneOfProperty(property, zones);
  if ('name' in zone) {
    const isFloating = zones.isPersonal && !property.getFirstParameter('tzid');
    return { ...inZone(instantOf(wall, zone.name), zone.name), isFloating };
  }
  return withOffset(instantOf(wall, zone.zone), zone.zone);
}

/** The zone of a time that is not in UTC. */
export function zoneOfProperty(property: ICAL.Property, zones: Zones): FileZone {
  const tzid = property.getFirstParameter('tzid');
  return tzid ? zones.ofFile(tzid) : { name: zones.floating };
}

/** The moment that is a number of seconds later. */
export function momentAfter({ instant, timeZone, isFloating = false }: Moment, seconds: number): Moment {
  return { ...inZone(instant + seconds * secondMs, timeZone), isFloating };
}

/** A day, of which the midnight is given. */
export function allDay(wall: Wall, { floating }: Pick<Zones, 'floating'>): Moment {
  const midnight = wall - (((wall % dayMs) + dayMs) % dayMs);
  const text = secondsOf(midnight).slice(0, 10);
  return { text, instant: instantOf(midnight, floating), wall: midnight, timeZone: null, isAllDay: true };
}

/** An instant in a zone; null is UTC. */
export function inZone(instant: number, zone: string | null): Moment {
  if (zone === null) return inUtc(instant);
  const text = rfc3339(instant, zone);
  return { text, instant, wall: wallOf(instant, zone), timeZone: zone, isAllDay: false };
}

function inUtc(instant: number): Moment {
  return { text: `${secondsOf(instant)}Z`, instant, wall: instant, timeZone: null, isAllDay: false };
}

function withOffset(instant: number, zone: Zone): Moment {
  const wall = wallOf(instant, zone);
  const offset = wall - instant;
  if (!(Math.abs(offset) < dayMs)) throw new Unreadable('its time zone differs from UTC by a day or more');
  const sign = offset < 0 ? '-' : '+';
  const text = `${secondsOf(wall)}${sign}${secondsOf(Math.abs(offset)).slice(11, 16)}`;
  return { text, instant, wall, timeZone: null, isAllDay: false };
}

/** A jCal date or time as wall time, in ms as if it were UTC; undefined if there is no such date. */
function localOf(value: string): Wall | undefined {
  const full = value.length === 10 ? `${value}T00:00:00` : value.replace(/Z$/, '');
  const local = Date.parse(`${full}Z`);
  return !Number.isNaN(local) && secondsOf(local) === full ? local : undefined;
}
