import type { Task } from '@rondo/shared/contracts/task';
import { instantOfDate } from '../domain/due-instant.ts';
import type { JcalComponent, JcalProperty } from '../icalendar/time.ts';
import { refusedBy } from './dav-refusal.ts';
import { caldav } from './namespaces.ts';
import { childOf, element, isNamed, type XmlElement } from './xml.ts';

/** What a calendar-query asks of a task (RFC 4791 section 9.7). */
export type Filter = {
  /** Whether any to-do can match. */
  isPossible: boolean;
  range: Range | undefined;
  properties: PropertyTest[];
  /** Whether there must be an alarm, or must be none. */
  hasAlarm: boolean | undefined;
};

/** Instants in milliseconds; the end is exclusive. */
type Range = { start: number; end: number };

type PropertyTest = {
  name: string;
  isAbsent: boolean;
  range: Range | undefined;
  text: { value: string; isCased: boolean; isNegated: boolean } | undefined;
};

/** Each is tried on each task. */
const maxPropertyTests = 20;
/** The texts of all tests together: to find one in a long description takes up to as many steps as both multiplied. */
const maxTextLength = 500;

const everything: Filter = { isPossible: true, range: undefined, properties: [], hasAlarm: undefined };

/** Reads a filter. @throws DavRefusal 403 `valid-filter`; 403 `supported-filter` for what can't be answered rightly */
export function readFilter(filter: XmlElement | undefined): Filter {
  const calendar = filter && childOf(filter, caldav, 'comp-filter');
  if (!calendar) throw refusedBy('valid-filter', 'The filter has no comp-filter.');
  if (nameOf(calendar) !== 'VCALENDAR') return { ...everything, isPossible: false };
  const inside = calendar.children.filter((child) => isNamed(child, caldav, 'comp-filter'));
  const other = calendar.children.find((child) => !inside.includes(child));
  if (other) throw unsupported(other);
  const tests = inside.map((test) => readComponent(test)).filter((test) => test !== everything);
  const impossible = tests.find(({ isPossible }) => !isPossible);
  const [test = everything, another] = tests;
  if (another && !impossible) throw unsupported(calendar);
  return impossible ?? test;
}

function readComponent(test: XmlElement): Filter {
  const isAbsent = childOf(test, caldav, 'is-not-defined') !== undefined;
  if (nameOf(test) !== 'VTODO') return isAbsent ? everything : { ...everything, isPossible: false };
  if (isAbsent) return { ...everything, isPossible: false };
  const found: Filter = { ...everything, properties: [] };
  for (const child of test.children) {
    if (isNamed(child, caldav, 'time-range')) found.range = rangeOf(child);
    else if (isNamed(child, caldav, 'prop-filter') && found.properties.length < maxPropertyTests)
      found.properties.push(propertyTest(child));
    else if (
      isNamed(child, caldav, 'comp-filter') &&
      nameOf(child) === 'VALARM' &&
      child.children.length <= 1
    ) {
      const [condition] = child.children;
      if (condition && !isNamed(condition, caldav, 'is-not-defined')) throw unsupported(condition);
      found.hasAlarm = condition === undefined;
    } else throw unsupported(child);
  }
  if (found.properties.reduce((sum, { text }) => sum + (text?.value.length ?? 0), 0) > maxTextLength)
    throw refusedBy('supported-filter', `The texts to match have more than ${maxTextLength} characters.`);
  return found;
}

/** The properties whose values are compared with a time range. */
const timed: Record<string, (task: Task) => string | null> = {
  COMPLETED: (task) => task.completed_at,
  CREATED: (task) => task.created_at,
  'LAST-MODIFIED': (task) => task.updated_at,
  DTSTAMP: (task) => task.updated_at,
  DUE: (task) => task.due_date,
  DTSTART: (task) => task.start,
};

function propertyTest(test: XmlElement): PropertyTest {
  const name = nameOf(test);
  const found: PropertyTest = { name, isAbsent: false, range: undefined, text: undefined };
  for (const child of test.children) {
    if (isNamed(child, caldav, 'is-not-defined')) found.isAbsent = true;
    else if (isNamed(child, caldav, 'time-range') && name in timed) found.range = rangeOf(child);
    else if (isNamed(child, caldav, 'text-match')) {
      const { collation = 'i;ascii-casemap', 'negate-condition': negated } = child.attributes;
      if (!['i;ascii-casemap', 'i;unicode-casemap', 'i;octet'].includes(collation))
        throw refusedBy('supported-collation', 'The collation is not supported.');
      const isCased = collation === 'i;octet';
      const value = isCased ? child.text : child.text.toLowerCase();
      found.text = { value, isCased, isNegated: negated === 'yes' };
    } else throw unsupported(child);
  }
  return found;
}

/** @throws DavRefusal 403 `valid-filter` */
function rangeOf({ attributes: { start, end } }: XmlElement): Range {
  if (start === undefined && end === undefined)
    throw refusedBy('valid-filter', 'A time-range has a start or an end.');
  const range = { start: instantIn(start) ?? -Infinity, end: instantIn(end) ?? Infinity };
  if (range.end <= range.start) throw refusedBy('valid-filter', 'A time-range ends after its start.');
  return range;
}

function instantIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year = '', month = '', day = '', hour = '', minute = '', second = ''] = parts;
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(instant)) throw refusedBy('valid-filter', 'A time-range is not in UTC.');
  return instant;
}

function nameOf({ attributes }: XmlElement): string {
  return (attributes['name'] ?? '').toUpperCase();
}

function unsupported(part: XmlElement | undefined): Error {
  const name = part?.name ?? 'filter';
  return refusedBy('supported-filter', `${name} is not supported here.`, part ? element(part) : '');
}

/** Whether a filter needs the to-do as it is written. */
export function needsTask(filter: Filter): boolean {
  return filter.range !== undefined || filter.properties.length > 0 || filter.hasAlarm !== undefined;
}

/** Whether a task, which is written as a to-do, matches. `zone` is the person's, for dates without a time. */
export function matches(
  filter: Filter,
  task: Task,
  [, properties, components]: JcalComponent,
  zone: string,
): boolean {
  const { range, hasAlarm } = filter;
  const hasOne = components.some(([name]) => name === 'valarm');
  return (
    filter.isPossible &&
    (hasAlarm === undefined || hasAlarm === hasOne) &&
    (range === undefined || overlaps(task, range, zone)) &&
    filter.properties.every((test) => passes(test, task, properties, zone))
  );
}

function passes(test: PropertyTest, task: Task, properties: JcalProperty[], zone: string): boolean {
  const values = properties.filter(([name]) => name.toUpperCase() === test.name);
  if (test.isAbsent) return values.length === 0;
  if (values.length === 0) return false;
  if (test.range) {
    const text = timed[test.name]?.(task);
    const at = text == null ? undefined : instantOfDate(text, task.time_zone ?? zone).getTime();
    if (at === undefined || at < test.range.start || at >= test.range.end) return false;
  }
  const { text } = test;
  if (!text) return true;
  const isFound = values.some(([, , , value]) => {
    const given = String(value);
    return (text.isCased ? given : given.toLowerCase()).includes(text.value);
  });
  return isFound !== text.isNegated;
}

/** The table of RFC 4791 section 9.9 for to-dos. A series goes on after its open occurrence. */
function overlaps(task: Task, { start, end }: Range, zone: string): boolean {
  const instant = (text: string) => instantOfDate(text, task.time_zone ?? zone).getTime();
  const begin = task.start === null ? undefined : instant(task.start);
  const due = task.due_date === null ? undefined : instant(task.due_date);
  const isSeries = task.recurrence_rule !== null && task.status !== 'complete';
  const first = begin ?? due;
  if (isSeries && first !== undefined) return first < end;
  if (begin !== undefined && due !== undefined)
    return (start < due || start <= begin) && (end > begin || end >= due);
  if (begin !== undefined) return start <= begin && end > begin;
  if (due !== undefined) return start < due && end >= due;
  const created = Date.parse(task.created_at);
  if (task.completed_at === null) return end > created;
  const completed = Date.parse(task.completed_at);
  return (start <= created || start <= completed) && (end >= created || end >= completed);
}
