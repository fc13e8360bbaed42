import ICAL from 'ical.js';
import { isoDate } from '@rondo/time/calendar';
import type { Reminder, Task } from '@rondo/shared/contracts/task';
import { dayAt } from '@rondo/time/wall-clock';
import { instantOfDate } from '../domain/due-instant.ts';
import { calendarNames, uidOfEvent, uidOfTask } from './names.ts';
import { ruleProperty } from './rule.ts';
import { timeProperty, utcProperty, type JcalComponent, type JcalProperty, type Years } from './time.ts';
import { timeZoneComponent } from './zone.ts';

/** The version of the format: a change of what a task is written as needs another one, because ETags have it. */
export const calendarFormat = 2;

/** The years that zones are described for, relative to the current one. Clients read the feed again long before the end. */
const describedYears = { before: 10, after: 12 };

/** Writes an iCalendar object (RFC 5545) in pieces. */
export type CalendarWriter = {
  head: string;
  /** The entries of a task, and before them the zones that no entry before has used. */
  entriesOf: (task: Task) => string;
  tail: string;
};

/**
 * Opens a calendar. Each task is a VTODO; each open task with a date is also a VEVENT, because many calendars show only
 * events. A VEVENT can't be complete, so a complete task has none. Only the VTODO has alarms, so that they ring once. The
 * output depends only on the tasks and the year.
 */
export function openCalendarWriter(year: number): CalendarWriter {
  // ical.js does not count the space that a folded line begins with: 74 keeps to the 75 octets of section 3.1.
  ICAL.foldLength = 74;
  const years: Years = { first: year - describedYears.before, last: year + describedYears.after };
  const written = new Set<string>();
  const properties: JcalProperty[] = [
    ['version', {}, 'text', '2.0'],
    ['prodid', {}, 'text', calendarNames.product],
    ['name', {}, 'text', 'Rondo'],
    ['x-wr-calname', {}, 'text', 'Rondo'],
    ['refresh-interval', {}, 'duration', 'PT1H'],
  ];
  const [head = ''] = ICAL.stringify(['vcalendar', properties, []]).split('END:VCALENDAR');
  return {
    head,
    entriesOf(task) {
      const entries = [todoOf(task, years), ...eventOf(task, years)];
      const zones = [...new Set(entries.flatMap((entry) => zonesOf(entry)))].filter(
        (zone) => !written.has(zone),
      );
      for (const zone of zones) written.add(zone);
      const described = zones.map((zone) => timeZoneComponent(zone, years));
      return [...described, ...entries].map((component) => ICAL.stringify(component)).join('');
    },
    tail: 'END:VCALENDAR\r\n',
  };
}

const statuses = { pending: 'NEEDS-ACTION', in_progress: 'IN-PROCESS', complete: 'COMPLETED' } as const;

function todoOf(task: Task, years: Years): JcalComponent {
  const properties: JcalProperty[] = [
    ['uid', {}, 'text', uidOfTask(task.id)],
    ...sharedProperties(task),
    ['status', {}, 'text', statuses[task.status]],
    ...datesOf(task, years),
  ];
  if (task.completed_at !== null) properties.push(utcProperty('completed', task.completed_at));
  if (task.list !== null) properties.push([calendarNames.list, {}, 'text', plainText(task.list)]);
  if (task.parent_id !== null) properties.push(['related-to', {}, 'text', uidOfTask(task.parent_id)]);
  return ['vtodo', properties, task.reminders.flatMap((reminder) => alarmOf(reminder, task))];
}

/** The event is at the due date, or else at the start. It blocks no time. */
function eventOf(task: Task, years: Years): JcalComponent[] {
  const date = task.due_date ?? task.start;
  if (date === null || task.status === 'complete') return [];
  const properties: JcalProperty[] = [
    ['uid', {}, 'text', uidOfEvent(task.id)],
    ...sharedProperties(task),
    ['status', {}, 'text', 'CONFIRMED'],
    ['transp', {}, 'text', 'TRANSPARENT'],
    timeProperty('dtstart', date, { zone: task.time_zone, years }),
    // The later dates of a task that recurs by completion are not known yet.
    ...(task.recurrence_basis === 'due' ? ruleOf(task, date) : []),
  ];
  return [['vevent', properties, []]];
}

function sharedProperties(task: Task): JcalProperty[] {
  const categories = task.list === null ? task.labels : [...task.labels, task.list];
  return [
    // Without a METHOD, DTSTAMP is when the entry was last revised (section 3.8.7.2).
    utcProperty('dtstamp', task.updated_at),
    utcProperty('created', task.created_at),
    utcProperty('last-modified', task.updated_at),
    ['sequence', {}, 'integer', task.version - 1],
    ['summary', {}, 'text', plainText(task.title)],
    ...(task.description === null
      ? []
      : [['description', {}, 'text', plainText(task.description)] as JcalProperty]),
    ['class', {}, 'text', 'PRIVATE'],
    ...priorityOf(task),
    // One property per category: parsers disagree on escaped commas in a list.
    ...categories.map((category): JcalProperty => ['categories', {}, 'text', plainText(category)]),
  ];
}

/** Section 3.8.1.9: 1 to 4 are high, 5 is medium; our lowest priority is written as undefined. */
function priorityOf({ priority }: Task): JcalProperty[] {
  return priority === 4 ? [] : [['priority', {}, 'integer', priority * 2 - 1]];
}

/**
 * DTSTART and DUE must have the same value type (section 3.8.2.3), so DTSTART takes that of the due date. RRULE counts from
 * DTSTART, but our series count from the due date: there DTSTART is the due date, and the start has a property of its own.
 */
function datesOf(task: Task, years: Years): JcalProperty[] {
  const { start, due_date: due, time_zone: zone } = task;
  const at = { zone, years };
  const anchor = due ?? start;
  if (anchor === null) return [];
  const rule = ruleOf(task, anchor);
  const dates = due === null ? [] : [timeProperty('due', due, at)];
  if (rule.length > 0) {
    dates.push(timeProperty('dtstart', anchor, at), ...rule);
    if (due !== null && start !== null) dates.push(timeProperty(calendarNames.start, start, at));
    if (task.recurrence_basis === 'completion') dates.push([calendarNames.basis, {}, 'text', 'COMPLETION']);
  } else if (start !== null) dates.push(timeProperty('dtstart', withTypeOf(anchor, start, zone), at));
  return dates;
}

/** A complete task has no rule: its series continues in its successor. */
function ruleOf(task: Task, anchor: string): JcalProperty[] {
  if (task.recurrence_rule === null || task.status === 'complete') return [];
  return [ruleProperty(task.recurrence_rule, anchor.length === 10, task.time_zone)];
}

function withTypeOf(due: string, start: string, zone: string | null): string {
  if (due.length === 10 && start.length > 10) return isoDate(dayAt(new Date(start).getTime(), zone));
  if (due.length > 10 && start.length === 10) return instantOfDate(start, zone).toISOString();
  return start;
}

function alarmOf(reminder: Reminder, { title, due_date: due }: Task): JcalComponent[] {
  if ('before' in reminder && due === null) return [];
  const trigger: JcalProperty =
    'at' in reminder
      ? utcProperty('trigger', reminder.at)
      : ['trigger', { related: 'END' }, 'duration', `-${reminder.before}`];
  const properties: JcalProperty[] = [
    ['action', {}, 'text', 'DISPLAY'],
    trigger,
    ['description', {}, 'text', plainText(title)],
  ];
  return [['valarm', properties, []]];
}

/** TEXT may contain line breaks and tabs, and no other control characters (section 3.1). */
function plainText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/(?![\t\n])\p{Cc}/gu, '');
}

function zonesOf([, properties]: JcalComponent): string[] {
  return properties.flatMap(([, { tzid: zone }]) => zone ?? []);
}
