import ICAL from 'ical.js';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText, type Rule } from '@rondo/recurrence/rule';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import { eventDates, withTypeOf, type EventContext } from './event-dates.ts';
import { calendarNames, uidOfEvent, uidOfTask } from './names.ts';
import { plainText } from './plain-text.ts';
import { engineSeries, passedDate, seriesOf, type KnownSeries } from './product-dates.ts';
import { ruleProperty } from './rule.ts';
import { openGaps } from './steady-series.ts';
import {
  timeProperty,
  timesProperties,
  utcProperty,
  type JcalComponent,
  type JcalProperty,
  type Years,
} from './time.ts';
import { alarmOf } from './written-alarms.ts';
import { remainingRule } from './written-rules.ts';
import { timeZoneComponent } from './zone.ts';

/** The version of the format: a change of what a task is written as needs another one, because ETags have it. */
export const calendarFormat = 6;

/** The years that zones are described for, relative to the current one. Clients read the feed again long before the end. */
const describedYears = { before: 10, after: 12 };

/** Writes an iCalendar object (RFC 5545) in pieces. */
export type CalendarWriter = {
  head: string;
  /** The entries of a task, and before them the zones that no entry before has used. `series`: as Recurring published it. */
  entriesOf: (task: Task, series?: PublishedSeries) => string;
  tail: string;
};

/**
 * Opens a calendar. Each task is a VTODO; each open task with a date is also a VEVENT, because many calendars show only
 * events. A VEVENT can't be complete, so a complete task has none. Only the VTODO has alarms, so that they ring once. The
 * output depends only on the tasks, their series, the year and the person's zone.
 */
export function openCalendarWriter(year: number, personZone: string | null = null): CalendarWriter {
  // ical.js does not count the space that a folded line begins with: 74 keeps to the 75 octets of section 3.1.
  ICAL.foldLength = 74;
  const years = yearsAround(year);
  const gapsOf = openGaps(years);
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
    entriesOf(task, series) {
      const known = seriesOf(task, series);
      const entries = [
        todoOf(task, years, { known, personZone }),
        ...eventOf(task, { years, year, personZone, known, gapsOf }),
      ];
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

/** The years that zones are described for. */
export function yearsAround(year: number): Years {
  return { first: year - describedYears.before, last: year + describedYears.after };
}

const statuses = { pending: 'NEEDS-ACTION', in_progress: 'IN-PROCESS', complete: 'COMPLETED' } as const;

/**
 * The to-do of a task. It has the rule of the task, so that an import reads it back; COUNT is what remains of a series that is
 * known, and a paused one has no rule.
 */
export function todoOf(
  task: Task,
  years: Years,
  { known, personZone }: { known: KnownSeries; personZone: string | null } = {
    known: null,
    personZone: null,
  },
): JcalComponent {
  const properties: JcalProperty[] = [
    ['uid', {}, 'text', uidOfTask(task.id)],
    ...sharedProperties(task),
    ['status', {}, 'text', statuses[task.status]],
    ...datesOf(task, years, known),
  ];
  if (task.completed_at !== null) properties.push(utcProperty('completed', task.completed_at));
  if (task.list !== null) properties.push([calendarNames.list, {}, 'text', plainText(task.list)]);
  if (task.parent_id !== null) properties.push(['related-to', {}, 'text', uidOfTask(task.parent_id)]);
  // A paused series doesn't remind.
  const reminders = known?.is_paused ? [] : task.reminders;
  return ['vtodo', properties, reminders.flatMap((reminder) => alarmOf(reminder, task, personZone))];
}

/** The event lasts from the start to the due date, or is at the one that the task has. It blocks no time. */
function eventOf(task: Task, ctx: EventContext): JcalComponent[] {
  const dates = task.status === 'complete' ? [] : eventDates(task, ctx);
  if (dates.length === 0) return [];
  const properties: JcalProperty[] = [
    ['uid', {}, 'text', uidOfEvent(task.id)],
    ...sharedProperties(task),
    ['status', {}, 'text', 'CONFIRMED'],
    ['transp', {}, 'text', 'TRANSPARENT'],
    ...dates,
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
    ...categoriesOf(categories),
  ];
}

/**
 * One property, because some readers know only the first, or fail at the second. Others take the comma after a name that ends
 * with a backslash for an escaped one: another property begins after such a name.
 */
function categoriesOf(names: string[]): JcalProperty[] {
  const found: JcalProperty[] = [];
  let isOpen = false;
  for (const name of names.map((one) => plainText(one))) {
    if (isOpen) found.at(-1)?.push(name);
    else found.push(['categories', {}, 'text', name]);
    isOpen = !name.endsWith('\\');
  }
  return found;
}

/** Section 3.8.1.9: 1 to 4 are high, 5 is medium; our lowest priority is written as undefined. */
function priorityOf({ priority }: Task): JcalProperty[] {
  return priority === 4 ? [] : [['priority', {}, 'integer', priority * 2 - 1]];
}

/**
 * DTSTART and DUE must have the same value type (section 3.8.2.3), so DTSTART takes that of the due date. RRULE counts from
 * DTSTART, but our series count from the due date: there DTSTART is the due date, and the start has a property of its own.
 */
function datesOf(task: Task, years: Years, known: KnownSeries): JcalProperty[] {
  const { start, due_date: due, time_zone: zone } = task;
  const at = { zone, isFloating: task.is_floating, years };
  const anchor = due ?? start;
  if (anchor === null) return [];
  const rule = ruleOf(task, anchor, known);
  const dates = due === null ? [] : [timeProperty('due', due, at)];
  if (rule.length > 0) {
    // A day stays one: of a series of times it stands for all times of the day.
    const given = (name: string, values: string[] = []) =>
      timesProperties(
        name,
        values.map((value) => (value.length === 10 ? value : withTypeOf(anchor, value, zone))),
        at,
      );
    dates.push(timeProperty('dtstart', anchor, at), ...rule);
    const { exdates = known?.exdates, rdates = known?.rdates } = task;
    dates.push(...given('exdate', exdates), ...given('rdate', rdates));
    if (due !== null && start !== null) dates.push(timeProperty(calendarNames.start, start, at));
    if (task.recurrence_basis === 'completion') dates.push([calendarNames.basis, {}, 'text', 'COMPLETION']);
  } else if (start !== null) dates.push(timeProperty('dtstart', withTypeOf(anchor, start, zone), at));
  return dates;
}

/** A complete task has no rule: its series continues in its successor. Nor has one whose series is paused: it has no further dates. */
function ruleOf(task: Task, anchor: string, known: KnownSeries): JcalProperty[] {
  if (task.recurrence_rule === null || task.status === 'complete' || known?.is_paused) return [];
  const { time_zone: zone, is_floating: isFloating } = task;
  const text = known === null ? task.recurrence_rule : ruleText(remainingRuleOf(task, anchor, known));
  return [ruleProperty(text, anchor.length === 10, { zone, isFloating })];
}

/** A rule that counts from completion has no dates to count: those that are done are counted. */
function remainingRuleOf(task: Task, anchor: string, known: PublishedSeries): Rule {
  const { done } = known;
  const rule = parseRule(known.rule);
  if (task.recurrence_basis === 'completion') {
    return { ...rule, count: rule.count && Math.max(1, rule.count - done) };
  }
  const series = engineSeries(task, anchor, task.time_zone ?? known.person_zone, known);
  return remainingRule(series, { passed: passedDate(anchor, known), done });
}

/** The zones that an entry uses. */
export function zonesOf([, properties]: JcalComponent): string[] {
  return properties.flatMap(([, { tzid: zone }]) => zone ?? []);
}
