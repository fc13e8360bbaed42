import ICAL from 'ical.js';
import type { Task } from '@rondo/shared/contracts/task';
import { todoOf, yearsAround, zonesOf } from '../icalendar/export.ts';
import { calendarNames } from '../icalendar/names.ts';
import type { JcalComponent, JcalProperty } from '../icalendar/time.ts';
import { writtenOccurrences } from './changed-occurrences.ts';
import { timeZoneComponent } from '../icalendar/zone.ts';

/** A task as CalDAV shows it: with the UID that its client gave it, that of its parent, and what only clients know of it. */
export type CalendarObject = {
  task: Task;
  uid: string;
  parentUid: string | null;
  /** A VTODO of properties and alarms; other VTODOs in it are changed occurrences. */
  extra: JcalComponent | null;
};

export type ObjectWriter = {
  /** The VTODO of an object. */
  todoOf: (object: CalendarObject) => JcalComponent;
  /** The whole object as iCalendar text. */
  textOf: (object: CalendarObject) => string;
};

const head = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:${calendarNames.product}\r\n`;
const tail = 'END:VCALENDAR\r\n';

/** Opens a writer of calendar object resources (RFC 4791 section 4.1). The output depends only on the objects and the year. */
export function openObjectWriter(year: number): ObjectWriter {
  // As in export.ts: 74 keeps to the 75 octets of RFC 5545 section 3.1.
  ICAL.foldLength = 74;
  const years = yearsAround(year);
  const zones = new Map<string, string>();

  function zoneText(zone: string): string {
    const known = zones.get(zone);
    if (known !== undefined) return known;
    const text = ICAL.stringify(timeZoneComponent(zone, years));
    zones.set(zone, text);
    return text;
  }

  function entriesOf(object: CalendarObject): [main: JcalComponent, ...occurrences: JcalComponent[]] {
    const [, , components = []] = object.extra ?? [];
    const stored = components.filter(([name]) => name === 'vtodo');
    const { task, occurrences } = writtenOccurrences(object.task, stored);
    return [withExtra(object, todoOf(task, years)), ...occurrences];
  }

  return {
    todoOf: (object) => entriesOf(object)[0],
    textOf(object) {
      const entries = entriesOf(object);
      const described = [...new Set(zonesOf(entries[0]))].map((zone) => zoneText(zone));
      return [head, ...described, ...entries.map((entry) => ICAL.stringify(entry)), tail].join('');
    },
  };
}

/** Adds what a client said. What the task says now wins over what a client said before. */
function withExtra({ task, uid, parentUid, extra }: CalendarObject, todo: JcalComponent): JcalComponent {
  const [name, written, alarms] = todo;
  const [, added = [], components = []] = extra ?? [];
  const isComplete = task.status === 'complete';
  const replaced = new Set(['class'].filter((one) => added.some(([other]) => other === one)));
  const own = written
    .filter(([one]) => !replaced.has(one))
    .map((property) => withUids(property, uid, parentUid));
  const names = new Set(own.map(([one]) => one));
  // What the task says of its series counts, also an empty list.
  if (task.exdates) names.add('exdate');
  if (task.rdates) names.add('rdate');
  const properties: JcalProperty[] = [
    ...own,
    ...(isComplete && !names.has('percent-complete')
      ? [['percent-complete', {}, 'integer', 100] as JcalProperty]
      : []),
    ...added.filter((property) => isStillMeant(property, { names, isComplete })),
  ];
  return [name, properties, [...alarms, ...components.filter(([one]) => one === 'valarm')]];
}

function withUids(property: JcalProperty, uid: string, parentUid: string | null): JcalProperty {
  const [name, parameters, type] = property;
  if (name === 'uid') return [name, parameters, type, uid];
  return name === 'related-to' && parentUid !== null ? [name, parameters, type, parentUid] : property;
}

function isStillMeant(
  [name, parameters]: JcalProperty,
  { names, isComplete }: { names: Set<string>; isComplete: boolean },
): boolean {
  if (name === 'percent-complete') return !isComplete && !names.has(name);
  if (name === 'related-to') return !isParent(parameters) || !names.has(name);
  return !names.has(name);
}

/** RELATED-TO names the parent by default (RFC 5545 section 3.8.4.5). */
export function isParent({ reltype = 'PARENT' }: Record<string, string>): boolean {
  return reltype.toUpperCase() === 'PARENT';
}
