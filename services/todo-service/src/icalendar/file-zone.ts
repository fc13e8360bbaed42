import type ICAL from 'ical.js';
import { isTimeZone, type Zone } from '@rondo/time/zone';
import { describedZone } from './described-zone.ts';
import { fittingZone } from './fitting-zone.ts';
import { textOf } from './text.ts';
import { zoneOfWindows } from './windows-zone.ts';

/** The meaning of a TZID in a file: an IANA zone, or the zone that the file describes. `note`: what was guessed. */
export type FileZone = ({ name: string } | { zone: Zone }) & { note?: string };

/** Limits the work that a hostile file can cause. Real files stay far below. */
const max = { names: 200, described: 10, length: 255 };

export type ZoneOptions = {
  /** The zone of times without one. */
  floating: string;
  now: Date;
};

/**
 * Resolves the TZIDs of a calendar.
 * @param described the VTIMEZONE components by their TZID
 */
export function fileZones(
  described: ReadonlyMap<string, ICAL.Component>,
  options: ZoneOptions,
): (tzid: string) => FileZone {
  const known = new Map<string, FileZone>();
  let read = 0;
  const resolve = (tzid: string): FileZone => {
    const component = described.get(tzid);
    const name = ianaNameOf(tzid, component);
    if (name !== undefined) return { name };
    if (!component || read >= max.described) return unknownZone(tzid, options);
    read += 1;
    return zoneOfComponent(tzid, component, options);
  };
  return (tzid) => {
    const found = known.get(tzid) ?? (known.size < max.names ? resolve(tzid) : unknownZone(tzid, options));
    if (known.size < max.names) known.set(tzid, found);
    return found;
  };
}

/**
 * The IANA zone that a TZID names: itself, behind a prefix, as Windows calls it, or beside it in its VTIMEZONE; undefined if there
 * is none.
 */
export function ianaNameOf(tzid: string, component?: ICAL.Component): string | undefined {
  // libical and many calendars write X-LIC-LOCATION beside a TZID of their own. TZID-ALIAS-OF: RFC 7808 section 7.1.
  const beside = ['x-lic-location', 'tzid-alias-of'].map(
    (name) => (component && textOf(component, name)) ?? '',
  );
  for (const name of [tzid, ...beside]) {
    if (name.length > max.length || name === '') continue;
    const found = [name, ...endsOf(name)].find((candidate) => isTimeZone(candidate)) ?? zoneOfWindows(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The last three, two and one parts of a name with a prefix: `/freeassociation.sourceforge.net/Europe/Berlin`. */
function endsOf(name: string): string[] {
  const parts = name.split('/');
  if (parts.length === 1) return [];
  return [3, 2, 1].filter((count) => count < parts.length).map((count) => parts.slice(-count).join('/'));
}

function zoneOfComponent(tzid: string, component: ICAL.Component, options: ZoneOptions): FileZone {
  const zone = describedZone(component);
  if (!zone) return unknownZone(tzid, options);
  const name = fittingZone(zone, options);
  if (name === undefined) return { zone };
  return { name, note: `its time zone "${shown(tzid)}" was read as ${name}, which has the same clock` };
}

function unknownZone(tzid: string, { floating }: ZoneOptions): FileZone {
  const note = `its time zone "${shown(tzid)}" is unknown, so its times were read in ${floating}`;
  return { name: floating, note };
}

function shown(tzid: string): string {
  return tzid.slice(0, 60).toWellFormed();
}
