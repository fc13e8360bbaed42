import type ICAL from 'ical.js';
import { fileZones, ianaNameOf } from './file-zone.ts';
import type { Zones } from './moment.ts';
import { textOf } from './text.ts';

export type ImportOptions = {
  /** The person's zone, for times without one. */
  zone: string;
  now: Date;
};

/** A calendar of a file while it is read. */
export type OpenCalendar = {
  zones: Zones;
  /** The UIDs of its to-dos so far. */
  todos: ReadonlySet<string>;
  addZone: (component: ICAL.Component) => void;
  /** Whether an entry has to wait for the end of the calendar: for its zone, or for the to-do that it repeats. */
  waits: (entry: ICAL.Component, faults: string[]) => boolean;
  waiting: { entry: ICAL.Component; faults: string[] }[];
};

/** Limits the memory of a hostile file. Real files stay far below. */
const max = { zones: 1_000, names: 200, waiting: 5_000 };

/** @param properties the calendar with the properties that it has before its components */
export function openCalendar(properties: ICAL.Component, { zone: person, now }: ImportOptions): OpenCalendar {
  const ofCalendar = ianaNameOf(textOf(properties, 'x-wr-timezone') ?? '');
  const floating = ofCalendar ?? person;
  const described = new Map<string, ICAL.Component>();
  const todos = new Set<string>();
  const named = new Map<string, boolean>();
  const waiting: OpenCalendar['waiting'] = [];
  const ofFile = fileZones(described, { floating, now });

  function isNamed(tzid: string): boolean {
    const known = named.get(tzid);
    if (known !== undefined) return known;
    if (named.size >= max.names) return false;
    const found = ianaNameOf(tzid) !== undefined;
    named.set(tzid, found);
    return found;
  }

  /** Whether the zone of a TZID is known, or can't come any more. */
  const isSettled = (tzid: string) => described.has(tzid) || described.size >= max.zones || isNamed(tzid);

  return {
    zones: { floating, isPersonal: ofCalendar === undefined, ofFile, now },
    todos,
    waiting,
    addZone(component) {
      const tzid = textOf(component, 'tzid');
      if (tzid === undefined || described.has(tzid) || described.size >= max.zones) return;
      described.set(tzid, component);
      // Its rules are followed now: an entry may use several zones, and is read in one piece.
      ofFile(tzid);
    },
    waits(entry, faults) {
      const uid = textOf(entry, 'uid');
      if (entry.name === 'vtodo' && uid !== undefined) todos.add(uid);
      const todo = todoOfEvent(entry);
      const isReady =
        (todo === undefined || todos.has(todo)) &&
        entry.getAllProperties().every((property) => {
          const tzid = property.getFirstParameter('tzid');
          return !tzid || isSettled(tzid);
        });
      if (isReady || waiting.length >= max.waiting) return false;
      waiting.push({ entry, faults });
      return true;
    },
  };
}

/** The UID of the to-do that an event of our export repeats. */
export function todoOfEvent(entry: ICAL.Component): string | undefined {
  if (entry.name !== 'vevent') return undefined;
  const [, task] = /^(.+)-event@rondo$/.exec(textOf(entry, 'uid') ?? '') ?? [];
  return task === undefined ? undefined : `${task}@rondo`;
}
