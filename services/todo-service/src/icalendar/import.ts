import ICAL from 'ical.js';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { readEntry } from './entry.ts';
import { fileZones } from './file-zone.ts';
import { Unreadable, type Zones } from './moment.ts';
import { textOf, valuesOf, withRulesAsText } from './text.ts';

/** A task that a calendar has: its UID, and for a changed date of a series which one that was. */
export type ImportedTask = {
  uid: string;
  recurrence_id: string | null;
  parent_uid: string | null;
  draft: TaskDraft;
};

/** What is said of an entry; null where it has no UID or no SUMMARY. */
export type ImportRemark = { uid: string | null; summary: string | null; reason: string };

export type CalendarImport = {
  drafts: ImportedTask[];
  /** Entries that became no task. */
  skipped: ImportRemark[];
  /** Tasks that lack something of their entry. */
  notes: ImportRemark[];
};

/**
 * Reads the to-dos and events of an iCalendar file (RFC 5545) as tasks. Times without a zone are on the clock of `zone`,
 * an IANA zone.
 * @throws AppError 422 where the text is not iCalendar
 */
export function importCalendar(text: string, zone: string): CalendarImport {
  const result: CalendarImport = { drafts: [], skipped: [], notes: [] };
  const seen = new Set<string>();
  for (const calendar of readCalendars(text)) {
    const zones = { person: zone, ofFile: fileZones(calendar) };
    const todos = new Set(calendar.getAllSubcomponents('vtodo').map((entry) => textOf(entry, 'uid')));
    for (const entry of calendar.getAllSubcomponents()) {
      if (entry.name !== 'vtimezone') addEntry(result, entry, zones, { seen, todos });
    }
  }
  return result;
}

type Others = { seen: Set<string>; todos: Set<string | undefined> };

function addEntry(result: CalendarImport, entry: ICAL.Component, zones: Zones, others: Others): void {
  const remark = (reason: string): ImportRemark => ({ ...labelOf(entry), reason });
  try {
    const uid = uidOf(entry, others.todos);
    const recurrenceId = textOf(entry, 'recurrence-id') ?? null;
    const key = JSON.stringify([uid, recurrenceId]);
    if (others.seen.has(key)) throw new Unreadable('an entry before it has the same UID');
    const { draft, notes } = readEntry(entry, zones);
    others.seen.add(key);
    result.drafts.push({ uid, recurrence_id: recurrenceId, parent_uid: parentOf(entry), draft });
    if (recurrenceId !== null)
      notes.push('it is a task of its own; its series still has the date that it changes');
    result.notes.push(...notes.map((note) => remark(note)));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    result.skipped.push(remark(error.message));
  }
}

function uidOf(entry: ICAL.Component, todos: Others['todos']): string {
  if (entry.name !== 'vtodo' && entry.name !== 'vevent')
    throw new Unreadable(`a ${entry.name.toUpperCase()} is neither a to-do nor an event`);
  const uid = textOf(entry, 'uid');
  if (uid === undefined) throw new Unreadable('it has no UID, by which it would be known again');
  const [, task] = /^(.+)-event@rondo$/.exec(uid) ?? [];
  if (entry.name === 'vevent' && task !== undefined && todos.has(`${task}@rondo`))
    throw new Unreadable('it shows a to-do of this file once more');
  return uid;
}

/** RELATED-TO means the parent unless it says otherwise (section 3.8.4.5). */
function parentOf(entry: ICAL.Component): string | null {
  const property = entry
    .getAllProperties('related-to')
    .find((one) => (one.getFirstParameter('reltype') ?? 'PARENT').toUpperCase() === 'PARENT');
  return (property && valuesOf(property)[0]) ?? null;
}

const mostShown = 255;

function labelOf(entry: ICAL.Component): Pick<ImportRemark, 'uid' | 'summary'> {
  const shown = (name: string) => textOf(entry, name)?.slice(0, mostShown).toWellFormed() ?? null;
  return { uid: shown('uid'), summary: shown('summary') };
}

/** @throws AppError 422 */
function readCalendars(text: string): ICAL.Component[] {
  const parsed = parse(withRulesAsText(text));
  // One object is itself, several are an array of them (section 3.4).
  const objects = (typeof parsed[0] === 'string' ? [parsed] : parsed) as unknown[][];
  if (objects.length === 0 || objects.some(([name]) => name !== 'vcalendar'))
    throw refused('is not iCalendar: it does not begin with BEGIN:VCALENDAR');
  return objects.map((object) => new ICAL.Component(object));
}

function parse(text: string): unknown[] {
  try {
    return ICAL.parse(text) as unknown[];
  } catch (error) {
    // What the library says on purpose is clear; what it stumbles over is not.
    const isTold = error instanceof Error && error.name === 'ParserError';
    const reason = isTold
      ? error.message.slice(0, mostShown).toWellFormed()
      : 'its lines do not fit together';
    throw refused(`is not iCalendar: ${reason}`);
  }
}

function refused(message: string): Error {
  return invalidInput([{ field: 'body', message }]);
}
