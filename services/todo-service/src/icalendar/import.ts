import type ICAL from 'ical.js';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { inSlices } from '@rondo/shared/workers/slices';
import { readEntry } from './entry.ts';
import { fileZones } from './file-zone.ts';
import { Unreadable, type Zones } from './moment.ts';
import { parseCalendars } from './parse.ts';
import { textOf, valuesOf } from './text.ts';

/** A task from a calendar, with its UID. `recurrenceId` is set for a changed occurrence of a series. */
export type ImportedTask = {
  uid: string;
  recurrenceId: string | null;
  parentUid: string | null;
  draft: TaskDraft;
};

/** A remark on an entry. UID or SUMMARY is null if the entry has none. */
export type ImportRemark = { uid: string | null; summary: string | null; reason: string };

export type CalendarImport = {
  drafts: ImportedTask[];
  /** Entries that were not imported. */
  skipped: ImportRemark[];
  /** Tasks that lack something of their entry. */
  notes: ImportRemark[];
};

/**
 * Parses the to-dos and events of an iCalendar file (RFC 5545) as tasks, in slices. Times without a zone are in `zone`, an
 * IANA zone.
 * @throws AppError 422 if the text is not iCalendar
 */
export async function importCalendar(text: string, zone: string): Promise<CalendarImport> {
  const result: CalendarImport = { drafts: [], skipped: [], notes: [] };
  const seen = new Set<string>();
  for (const calendar of await parseCalendars(text)) {
    const zones = { person: zone, ofFile: fileZones(calendar) };
    const todos = new Set<string | undefined>();
    const entries = calendar.getAllSubcomponents().filter(({ name }) => name !== 'vtimezone');
    await inSlices(entries, (entry) => {
      if (entry.name === 'vtodo') todos.add(textOf(entry, 'uid'));
    });
    await inSlices(entries, (entry) => addEntry(result, entry, zones, { seen, todos }));
  }
  return result;
}

/** Keys of the entries so far, and the UIDs of all to-dos in the calendar. */
type Others = { seen: Set<string>; todos: Set<string | undefined> };

function addEntry(result: CalendarImport, entry: ICAL.Component, zones: Zones, others: Others): void {
  const remark = (reason: string): ImportRemark => ({ ...labelOf(entry), reason });
  try {
    const uid = uidOf(entry, others.todos);
    const recurrenceId = textOf(entry, 'recurrence-id') ?? null;
    const key = JSON.stringify([uid, recurrenceId]);
    if (others.seen.has(key)) throw new Unreadable('an earlier entry has the same UID');
    const { draft, notes } = readEntry(entry, zones);
    others.seen.add(key);
    result.drafts.push({ uid, recurrenceId, parentUid: parentOf(entry), draft });
    if (recurrenceId !== null)
      notes.push('it became a separate task; its series still contains the date that it changes');
    result.notes.push(...shortened(notes).map((note) => remark(note)));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    result.skipped.push(remark(error.message));
  }
}

function uidOf(entry: ICAL.Component, todos: Others['todos']): string {
  if (entry.name !== 'vtodo' && entry.name !== 'vevent')
    throw new Unreadable(`a ${entry.name.toUpperCase()} is neither a to-do nor an event`);
  const uid = textOf(entry, 'uid');
  if (uid === undefined) throw new Unreadable('it has no UID, so a second import could not recognise it');
  const [, task] = /^(.+)-event@rondo$/.exec(uid) ?? [];
  if (entry.name === 'vevent' && task !== undefined && todos.has(`${task}@rondo`))
    throw new Unreadable('it is the same task as a to-do in this file');
  return uid;
}

/** RELATED-TO names the parent by default (section 3.8.4.5). */
function parentOf(entry: ICAL.Component): string | null {
  const property = entry
    .getAllProperties('related-to')
    .find((one) => (one.getFirstParameter('reltype') ?? 'PARENT').toUpperCase() === 'PARENT');
  return (property && valuesOf(property)[0]) ?? null;
}

const maxNotes = 20;

/** The first notes on an entry, and how many others there are. */
function shortened(notes: string[]): string[] {
  if (notes.length <= maxNotes) return notes;
  return [...notes.slice(0, maxNotes), `${notes.length - maxNotes} more notes on this entry`];
}

const maxShown = 255;

function labelOf(entry: ICAL.Component): Pick<ImportRemark, 'uid' | 'summary'> {
  const shown = (name: string) => textOf(entry, name)?.slice(0, maxShown).toWellFormed() ?? null;
  return { uid: shown('uid'), summary: shown('summary') };
}
