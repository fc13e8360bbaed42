import ICAL from 'ical.js';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { readEntry } from '../icalendar/entry.ts';
import { Unreadable, type Zones } from '../icalendar/moment.ts';
import { calendarNames } from '../icalendar/names.ts';
import { openCalendar, type ImportOptions } from '../icalendar/open-calendar.ts';
import { parseCalendars } from '../icalendar/parse.ts';
import { ruleName, textOf, valuesOf } from '../icalendar/text.ts';
import type { JcalComponent, JcalProperty } from '../icalendar/time.ts';
import { refusedBy } from './dav-refusal.ts';
import { changedDatesOf, isComplete, isCurrentOccurrence, withMarks } from './changed-occurrences.ts';
import { isParent } from './write-object.ts';

/** What a client put, read as a task. */
export type GivenObject = {
  uid: string;
  parentUid: string | null;
  draft: TaskDraft;
  /** Properties and alarms that a task has no field for, and changed occurrences; null if there is nothing. */
  extra: JcalComponent | null;
  /** The names of the properties that the client wrote. */
  names: ReadonlySet<string>;
};

const limits = { uid: 1_000, extraBytes: 16 * 1024, alarms: 20 };

/** Properties that become fields of a task, or that the server writes. */
const fields = new Set<string>([
  'uid',
  'dtstamp',
  'created',
  'last-modified',
  'sequence',
  'summary',
  'description',
  'priority',
  'categories',
  'status',
  'dtstart',
  'due',
  'duration',
  'completed',
  ruleName,
  calendarNames.list,
  calendarNames.start,
  calendarNames.basis,
]);

/** They are fields of a task that recurs. */
const datesOfSeries = new Set(['exdate', 'rdate']);

/** What an alarm can be relative to, and the title that every to-do has. */
const alarmAnchors = new Set<string>(['summary', 'dtstart', 'due', 'duration', ruleName]);

/**
 * Reads a calendar object resource (RFC 4791 section 4.1) of one task. Times without a zone are in that of the calendar, or `zone`.
 * @throws DavRefusal 403 with the precondition of RFC 4791 section 5.3.2.1
 */
export async function readObject(text: string, options: ImportOptions): Promise<GivenObject> {
  const calendar = await calendarIn(text);
  const entries = calendar.getAllSubcomponents().filter(({ name }) => name !== 'vtimezone');
  const wrong = entries.find(({ name }) => name !== 'vtodo');
  if (wrong)
    throw refusedBy(
      'supported-calendar-component',
      `The collection has only VTODO, not ${wrong.name.slice(0, 40).toUpperCase()}.`,
    );
  if (calendar.hasProperty('method'))
    throw refusedBy('valid-calendar-object-resource', 'A calendar object has no METHOD.');
  const uids = new Set(entries.map((entry) => textOf(entry, 'uid')));
  const [uid] = uids;
  const [main, ...mains] = entries.filter((entry) => !entry.hasProperty('recurrence-id'));
  if (!main || mains.length > 0 || uids.size !== 1 || uid === undefined || uid.length > limits.uid)
    throw refusedBy(
      'valid-calendar-object-resource',
      'A calendar object has one to-do with a UID, and changed occurrences of it.',
    );
  try {
    const { zones, addZone } = openCalendar(calendar, options);
    for (const described of calendar.getAllSubcomponents('vtimezone')) addZone(described);
    return {
      uid,
      ...readTodo(
        main,
        zones,
        entries.filter((entry) => entry !== main),
      ),
    };
  } catch (error) {
    if (error instanceof Unreadable)
      throw refusedBy('valid-calendar-data', `The to-do can not become a task: ${error.message}.`);
    throw error;
  }
}

async function calendarIn(text: string): Promise<ICAL.Component> {
  try {
    const [calendar, ...others] = await parseCalendars(text);
    if (calendar && others.length === 0) return calendar;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw refusedBy('valid-calendar-data', error.message);
  }
  throw refusedBy('valid-calendar-object-resource', 'A calendar object is one VCALENDAR.');
}

function readTodo(
  main: ICAL.Component,
  zones: Zones,
  occurrences: ICAL.Component[],
): Omit<GivenObject, 'uid'> {
  const names = new Set(main.getAllProperties().map(({ name }) => name));
  // Clients may send an empty title. A task has one.
  if (textOf(main, 'summary') === undefined) {
    main.removeAllProperties('summary');
    main.addPropertyWithValue('summary', 'Untitled');
  }
  const isDone = (occurrence: ICAL.Component) =>
    isComplete(occurrence) && isCurrentOccurrence(occurrence, main, zones);
  const { draft, dateOf } = readEntry(main, zones);
  const done = isComplete(main) || occurrences.some((occurrence) => isDone(occurrence));
  const kept = occurrences
    .filter((occurrence) => !isDone(occurrence))
    .map((occurrence) => {
      const dates = dateOf && changedDatesOf(occurrence, main, zones, dateOf);
      return { dates, component: withMarks(componentOf(occurrence), dates) };
    });
  const exdates = [...(draft.exdates ?? []), ...kept.flatMap(({ dates }) => dates?.leftOut ?? [])];
  const rdates = [...(draft.rdates ?? []), ...kept.flatMap(({ dates }) => dates?.added ?? [])];
  const isSeries = dateOf !== undefined && (draft.due_date ?? draft.start ?? null) !== null;
  return {
    draft: { ...draft, ...(done ? { status: 'complete' } : {}), ...(isSeries ? { exdates, rdates } : {}) },
    parentUid: parentOf(main),
    extra: extraOf(main, zones, { isSeries, occurrences: kept.map(({ component }) => component) }),
    names,
  };
}

function parentOf(entry: ICAL.Component): string | null {
  const property = entry.getAllProperties('related-to').find((one) => isParent(jcalOf(one)[1]));
  return (property && valuesOf(property)[0]) || null;
}

/** @throws DavRefusal 403 `max-resource-size` */
function extraOf(
  main: ICAL.Component,
  zones: Zones,
  { isSeries, occurrences }: { isSeries: boolean; occurrences: JcalComponent[] },
): JcalComponent | null {
  const properties = main
    .getAllProperties()
    .map((property) => jcalOf(property))
    .filter((property) => !fields.has(property[0]) && !isDefault(property))
    .filter(([name]) => !isSeries || !datesOfSeries.has(name));
  const alarms = main
    .getAllSubcomponents('valarm')
    .slice(0, limits.alarms)
    .filter((alarm) => !becomesReminder(alarm, main, zones));
  const components = [...alarms.map((alarm) => componentOf(alarm)), ...occurrences];
  if (properties.length + components.length === 0) return null;
  const extra: JcalComponent = ['vtodo', properties, components];
  if (Buffer.byteLength(JSON.stringify(extra)) > limits.extraBytes)
    throw refusedBy(
      'max-resource-size',
      'What a task has no field for, such as attachments, is larger than 16 KiB.',
    );
  return extra;
}

/** What the server writes of every task anyway. */
function isDefault([name, , , value]: JcalProperty): boolean {
  if (name === 'class') return String(value).toUpperCase() === 'PRIVATE';
  return name === 'percent-complete' && (Number(value) === 0 || Number(value) >= 100);
}

function becomesReminder(alarm: ICAL.Component, main: ICAL.Component, zones: Zones): boolean {
  const [name, properties] = componentOf(main);
  const dates = properties.filter(([one]) => alarmAnchors.has(one));
  const only = new ICAL.Component([name, structuredClone(dates), [componentOf(alarm)]]);
  const { reminders = [] } = readEntry(only, zones).draft;
  return reminders.length > 0;
}

const jcalOf = (property: ICAL.Property) => property.toJSON() as unknown as JcalProperty;
const componentOf = (component: ICAL.Component) => component.toJSON() as unknown as JcalComponent;
