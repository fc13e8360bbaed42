import type ICAL from 'ical.js';
import { ruleText } from '@rondo/recurrence/rule';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { faultOfDraft, limits, shortened, untitled } from '../domain/imports/fit-draft.ts';
import { visible } from '../domain/visible.ts';
import { remindersOf } from './alarms.ts';
import { datesOfEvent, datesOfTodo } from './dates.ts';
import { momentOf, Unreadable, type Moment, type Zones } from './moment.ts';
import { calendarNames } from './names.ts';
import { readSeries } from './series.ts';
import { textOf, valuesOf } from './text.ts';

/** The draft that an entry becomes, and what of the entry was not imported. */
export type EntryDraft = {
  draft: TaskDraft;
  notes: string[];
  /** When the entry says that it was created and completed (RFC 3339); null if it doesn't. */
  createdAt: string | null;
  completedAt: string | null;
  /** A date of the entry, as its series has it; undefined if it doesn't recur. */
  dateOf: ((moment: Moment) => string) | undefined;
};

/** Properties that people would miss. The other unsupported ones matter only to calendars. */
const unsupported = ['exrule', 'location', 'url', 'attach', 'attendee', 'geo', 'contact', 'resources'];

/**
 * Converts a VTODO or VEVENT (RFC 5545 sections 3.6.1 and 3.6.2) to a draft. An event is due when it ends.
 * @throws Unreadable if it can't become a task
 */
export function readEntry(entry: ICAL.Component, calendarZones: Zones): EntryDraft {
  const status = textOf(entry, 'status')?.toUpperCase();
  if (status === 'CANCELLED') throw new Unreadable('it is cancelled');
  const notes = new Set<string>();
  const addNote = (note: string) => void notes.add(note);
  const zones = withNotes(calendarZones, addNote);
  const given = (entry.name === 'vtodo' ? datesOfTodo : datesOfEvent)(entry, zones, addNote);
  const series = readSeries(entry, given, zones, addNote);
  const dates = series?.dates ?? given;
  const { reminders, notes: alarmNotes } = remindersOf(entry, dates, zones);
  const left = unsupported.filter((name) => entry.hasProperty(name)).map((name) => name.toUpperCase());
  if (left.length > 0) addNote(`not imported: ${left.join(', ')}`);
  const isDone = status === 'COMPLETED' || (status === undefined && entry.hasProperty('completed'));
  const isFloating = (dates.due ?? dates.start)?.isFloating === true;
  const description = textOf(entry, 'description');
  const draft: TaskDraft = {
    title: shortened(visible(textOf(entry, 'summary')) ?? untitled, limits.title, 'SUMMARY', addNote),
    ...(description
      ? { description: shortened(description, limits.description, 'DESCRIPTION', addNote) }
      : {}),
    ...(isDone ? { status: 'complete' } : status === 'IN-PROCESS' ? { status: 'in_progress' } : {}),
    priority: priorityOf(entry),
    ...namesOf(entry, addNote),
    start: dates.start?.text ?? null,
    due_date: dates.due?.text ?? null,
    time_zone: dates.due?.timeZone ?? dates.start?.timeZone ?? null,
    ...(isFloating ? { is_floating: true } : {}),
    reminders,
    ...(series === undefined ? {} : { recurrence_rule: ruleText(series.rule) }),
    ...(series && textOf(entry, calendarNames.basis) === 'COMPLETION'
      ? { recurrence_basis: 'completion' }
      : {}),
  };
  const fault = faultOfDraft(draft);
  if (fault !== undefined) throw new Unreadable(fault);
  return {
    // Their number is bounded later, when the changed occurrences are known.
    draft: {
      ...draft,
      ...(series && series.exdates.length > 0 ? { exdates: series.exdates } : {}),
      ...(series && series.rdates.length > 0 ? { rdates: series.rdates } : {}),
    },
    notes: [...notes, ...alarmNotes],
    createdAt: pastInstant(entry, 'created', zones),
    completedAt: isDone ? pastInstant(entry, 'completed', zones) : null,
    dateOf: series?.dateOf,
  };
}

/** The zones of a calendar, with notes on those that were guessed. */
function withNotes(zones: Zones, addNote: (note: string) => void): Zones {
  return {
    ...zones,
    ofFile: (tzid) => {
      const zone = zones.ofFile(tzid);
      if (zone.note !== undefined) addNote(zone.note);
      return zone;
    },
  };
}

/** An instant since 1970 that is not later than now; null otherwise. Some programs write the year 1 for "unknown". */
function pastInstant(entry: ICAL.Component, name: string, zones: Zones): string | null {
  const property = entry.getFirstProperty(name);
  if (!property) return null;
  try {
    const { instant } = momentOf(property, zones);
    return instant >= 0 && instant <= zones.now.getTime() ? new Date(instant).toISOString() : null;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** Section 3.8.1.9: 1 is the highest, 2 to 4 are high, 5 to 9 medium or low; 0 is undefined. */
function priorityOf(entry: ICAL.Component): number {
  const value = Number(textOf(entry, 'priority') ?? 0);
  if (value === 1) return 1;
  if (value >= 2 && value <= 4) return 2;
  return value >= 5 && value <= 9 ? 3 : 4;
}

/** Labels and list. Our export writes the list as a category, too. */
function namesOf(entry: ICAL.Component, addNote: (note: string) => void): Pick<TaskDraft, 'labels' | 'list'> {
  const names = entry
    .getAllProperties('categories')
    .flatMap((property) => valuesOf(property))
    .filter((name) => visible(name) !== undefined);
  const list = visible(textOf(entry, calendarNames.list));
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
