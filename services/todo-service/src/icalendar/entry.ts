import type ICAL from 'ical.js';
import { Compile } from 'typebox/compile';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { ruleText } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { TaskDraft } from '@rondo/shared/contracts/task';
import { durationOf, remindersOf } from './alarms.ts';
import { momentAfter, momentOf, Unreadable, type Moment, type Zones } from './moment.ts';
import { calendarNames } from './names.ts';
import { ruleName, textOf, valuesOf } from './text.ts';

/** The draft that an entry becomes, and what of the entry was not imported. */
export type EntryDraft = { draft: TaskDraft; notes: string[] };

type Dates = { start: Moment | null; due: Moment | null; end: Moment | null };

const limits = { title: 255, description: 20_000, list: 100, label: 60, labels: 50 };
/** Properties that people would miss. The other unsupported ones matter only to calendars. */
const unsupported = [
  'exdate',
  'rdate',
  'exrule',
  'location',
  'url',
  'attach',
  'attendee',
  'geo',
  'contact',
  'resources',
];
const taskDraft = Compile(TaskDraft);

/**
 * Converts a VTODO or VEVENT (RFC 5545 sections 3.6.1 and 3.6.2) to a draft. An event becomes due when it begins.
 * @throws Unreadable if it can't become a task
 */
export function readEntry(entry: ICAL.Component, zones: Zones): EntryDraft {
  const status = textOf(entry, 'status')?.toUpperCase();
  if (status === 'CANCELLED') throw new Unreadable('it is cancelled');
  const notes: string[] = [];
  const addNote = (note: string) => void notes.push(note);
  const dates = entry.name === 'vtodo' ? datesOfTodo(entry, zones, addNote) : datesOfEvent(entry, zones);
  const { reminders, notes: alarmNotes } = remindersOf(entry, dates, zones);
  const rule = ruleOf(entry);
  const left = unsupported.filter((name) => entry.hasProperty(name)).map((name) => name.toUpperCase());
  if (left.length > 0) addNote(`not imported: ${left.join(', ')}`);
  const isDone = status === 'COMPLETED' || (status === undefined && entry.hasProperty('completed'));
  const description = textOf(entry, 'description');
  const draft: TaskDraft = {
    title: titleOf(entry, addNote),
    ...(description
      ? { description: shortened(description, limits.description, 'DESCRIPTION', addNote) }
      : {}),
    ...(isDone ? { status: 'complete' } : status === 'IN-PROCESS' ? { status: 'in_progress' } : {}),
    priority: priorityOf(entry),
    ...namesOf(entry, addNote),
    start: dates.start?.text ?? null,
    due_date: dates.due?.text ?? null,
    time_zone: dates.due?.timeZone ?? dates.start?.timeZone ?? null,
    reminders,
    ...(rule === undefined ? {} : { recurrence_rule: rule }),
    ...(rule !== undefined && textOf(entry, calendarNames.basis) === 'COMPLETION'
      ? { recurrence_basis: 'completion' }
      : {}),
  };
  const [error] = taskDraft.Check(draft) ? [] : taskDraft.Errors(draft);
  if (error) throw new Unreadable(`its ${error.instancePath.slice(1)} ${error.message}`);
  return { draft, notes: [...notes, ...alarmNotes] };
}

function titleOf(entry: ICAL.Component, addNote: (note: string) => void): string {
  const title = textOf(entry, 'summary');
  if (title === undefined) throw new Unreadable('it has no SUMMARY');
  return shortened(title, limits.title, 'SUMMARY', addNote);
}

/** Section 3.8.1.9: 1 is the highest, 2 to 4 are high, 5 to 9 medium or low; 0 is undefined. */
function priorityOf(entry: ICAL.Component): number {
  const value = Number(textOf(entry, 'priority') ?? 0);
  if (value === 1) return 1;
  if (value >= 2 && value <= 4) return 2;
  return value >= 5 && value <= 9 ? 3 : 4;
}

function datesOfEvent(entry: ICAL.Component, zones: Zones): Dates {
  const due = momentNamed(entry, 'dtstart', zones);
  return { start: null, due, end: momentNamed(entry, 'dtend', zones) ?? endBy(entry, zones) ?? due };
}

function datesOfTodo(entry: ICAL.Component, zones: Zones, addNote: (note: string) => void): Dates {
  const begin = momentNamed(entry, 'dtstart', zones);
  const due = momentNamed(entry, 'due', zones) ?? endBy(entry, zones);
  const ours = momentNamed(entry, calendarNames.start, zones);
  // A series with one date for both has the DTSTART only because RRULE needs one.
  const isAnchor = begin?.text === due?.text && entry.hasProperty(ruleName);
  const start = ours ?? (isAnchor ? null : begin);
  if (start && due && start.instant > due.instant && !(due.isAllDay && start.text.startsWith(due.text))) {
    addNote('its start was dropped: it is after the due date');
    return { start: null, due, end: due };
  }
  return { start, due, end: due };
}

/** DTSTART plus DURATION (sections 3.8.2.5 and 3.3.6). Days are calendar days, the rest is elapsed time. */
function endBy(entry: ICAL.Component, zones: Zones): Moment | null {
  const [begin, property] = [entry.getFirstProperty('dtstart'), entry.getFirstProperty('duration')];
  if (!begin || !property) return null;
  const { weeks, days, hours, minutes, seconds } = durationOf(property);
  const end = momentOf(begin, zones, weeks * 7 + days);
  const rest = hours * 3_600 + minutes * 60 + seconds;
  return rest === 0 ? end : momentAfter(end, rest);
}

function momentNamed(entry: ICAL.Component, name: string, zones: Zones): Moment | null {
  const property = entry.getFirstProperty(name);
  return property && momentOf(property, zones);
}

/** @throws Unreadable if RRULE is not a rule of RFC 5545 section 3.3.10 */
function ruleOf(entry: ICAL.Component): string | undefined {
  const text = textOf(entry, ruleName);
  // A changed occurrence of a series does not recur itself.
  if (text === undefined || entry.hasProperty('recurrence-id')) return undefined;
  try {
    return ruleText(parseRule(text));
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new Unreadable(`its RRULE is invalid: ${error.message}`);
  }
}

/** Labels and list. Our export writes the list as a category, too. */
function namesOf(entry: ICAL.Component, addNote: (note: string) => void): Pick<TaskDraft, 'labels' | 'list'> {
  const names = entry
    .getAllProperties('categories')
    .flatMap((property) => valuesOf(property))
    .filter((name) => name !== '');
  const list = textOf(entry, calendarNames.list);
  const at = list === undefined ? -1 : names.lastIndexOf(list);
  if (at >= 0) names.splice(at, 1);
  const labels = [...new Set(names.map((name) => shortened(name, limits.label, 'a category', addNote)))];
  if (labels.length > limits.labels)
    addNote(`only the first ${limits.labels} of ${labels.length} categories were imported`);
  return {
    labels: labels.slice(0, limits.labels),
    ...(list === undefined ? {} : { list: shortened(list, limits.list, 'its list', addNote) }),
  };
}

/** Cuts text to at most `max` UTF-16 code units, never inside a surrogate pair. */
function shortened(text: string, max: number, what: string, addNote: (note: string) => void): string {
  if (text.length <= max) return text;
  addNote(`${what} was cut to ${max} characters`);
  return text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}
