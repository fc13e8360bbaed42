import { createHash } from 'node:crypto';
import type ICAL from 'ical.js';
import type { ImportRemark } from '@rondo/shared/contracts/import-report';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import { addRemark, noRemarks, type Remarks } from '../domain/imports/remarks.ts';
import { openCalendar, todoOfEvent, type ImportOptions, type OpenCalendar } from './open-calendar.ts';
import { readEntry, type EntryDraft } from './entry.ts';
import { finishSeries } from './finish-series.ts';
import { momentOf, Unreadable, type Moment, type Zones } from './moment.ts';
import { readCalendars, type Bytes } from './parse.ts';
import { textOf, valuesOf } from './text.ts';

/** A task from a calendar, with its UID. `recurrenceId` is set for a changed occurrence of a series. */
export type ImportedTask = {
  uid: string;
  recurrenceId: string | null;
  parentUid: string | null;
  draft: TaskDraft;
  /** When the file says that it was created and completed (RFC 3339); null if it doesn't. */
  createdAt: string | null;
  completedAt: string | null;
};

export type CalendarImport = Remarks & { drafts: ImportedTask[] };

const maxEntries = 50_000;
/** Limits the work on a series. */
const maxOverrides = 2_000;

/**
 * Reads the to-dos and events of an iCalendar file (RFC 5545) as tasks while its bytes arrive, in slices. Memory holds the tasks,
 * and those entries whose zone is described later in the file.
 * @throws AppError 422 if the file is not iCalendar, or has more than 50,000 entries
 */
export async function importCalendar(bytes: Bytes, options: ImportOptions): Promise<CalendarImport> {
  const collection: Collection = {
    drafts: [],
    ...noRemarks(),
    seen: new Set(),
    series: new Map(),
    overrides: [],
  };
  let calendar: OpenCalendar | undefined;
  let count = 0;
  await readCalendars(bytes, {
    onComponent(component, properties, faults) {
      calendar ??= openCalendar(properties, options);
      if (component.name === 'vtimezone') {
        calendar.addZone(component);
        return addFaults(collection, faults);
      }
      count += 1;
      if (count > maxEntries)
        throw invalidInput([{ field: 'body', message: `has more than ${maxEntries} entries` }]);
      if (!calendar.waits(component, faults)) addEntry(collection, component, faults, calendar);
    },
    async onCalendarEnd() {
      const ended = calendar;
      calendar = undefined;
      await inSlices(ended?.waiting ?? [], ({ entry, faults }) => {
        if (ended) addEntry(collection, entry, faults, ended);
      });
    },
    onFaults: (faults) => addFaults(collection, faults),
  });
  return finished(collection);
}

/** A change of one occurrence of a series. */
type Override = { uid: string; moment: Moment; isCancelled: boolean; label: Label };
type Label = Pick<ImportRemark, 'uid' | 'summary'>;
type Series = { task: ImportedTask; dateOf: NonNullable<EntryDraft['dateOf']>; label: Label };

/** What was read of a file so far. */
type Collection = CalendarImport & {
  /** Keys of the entries. */
  seen: Set<string>;
  series: Map<string, Series>;
  overrides: Override[];
};

function addFaults(collection: Collection, faults: string[]): void {
  for (const reason of faults) addRemark(collection, 'notes', { uid: null, summary: null, reason });
}

function addEntry(
  collection: Collection,
  entry: ICAL.Component,
  faults: string[],
  { zones, todos }: OpenCalendar,
): void {
  const { drafts, seen, series, overrides } = collection;
  const label = labelOf(entry);
  try {
    const uid = uidOf(entry, todos);
    const recurrenceId = textOf(entry, 'recurrence-id') ?? null;
    const key = JSON.stringify([uid, recurrenceId]);
    if (seen.has(key)) throw new Unreadable('an earlier entry has the same UID');
    const override = overrideOf(entry, zones);
    if (override?.isCancelled) {
      seen.add(key);
      overrides.push({ ...override, uid, label });
      return;
    }
    const { draft, notes: found, createdAt, completedAt, dateOf } = readEntry(entry, zones);
    seen.add(key);
    const task = { uid, recurrenceId, parentUid: parentOf(entry), draft, createdAt, completedAt };
    drafts.push(task);
    if (override) overrides.push({ ...override, uid, label });
    if (override?.isRange) found.push('the later dates of its series, which it changes too, are unchanged');
    if (dateOf) series.set(uid, { task, dateOf, label });
    for (const reason of shortened([...found, ...faults]))
      addRemark(collection, 'notes', { ...label, reason });
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    addRemark(collection, 'skipped', { ...label, reason: error.message });
  }
}

/** Leaves out of a series what became a task of its own, or was cancelled. */
function applyOverride(collection: Collection, override: Override): void {
  const { uid, moment, isCancelled, label } = override;
  const found = collection.series.get(uid);
  if (found) {
    const { draft } = found.task;
    draft.exdates ??= [];
    if (draft.exdates.length < maxOverrides) draft.exdates.push(found.dateOf(moment));
  } else if (isCancelled) addRemark(collection, 'skipped', { ...label, reason: 'it is cancelled' });
  else
    addRemark(collection, 'notes', {
      ...label,
      reason:
        'it is a separate task; its series is not in this file, and may contain the date that it changes',
    });
}

async function finished(collection: Collection): Promise<CalendarImport> {
  const { drafts, skipped, notes, more, series, overrides } = collection;
  await inSlices(overrides, (override) => applyOverride(collection, override));
  const ended = new Set<ImportedTask>();
  await inSlices(series.values(), ({ task, label }) => {
    const draft = finishSeries(task.draft, (reason) => addRemark(collection, 'notes', { ...label, reason }));
    if (draft) task.draft = draft;
    else {
      ended.add(task);
      addRemark(collection, 'skipped', { ...label, reason: 'every date of its series is left out' });
    }
  });
  return { drafts: drafts.filter((task) => !ended.has(task)), skipped, notes, more };
}

function overrideOf(
  entry: ICAL.Component,
  zones: Zones,
): (Pick<Override, 'moment' | 'isCancelled'> & { isRange: boolean }) | undefined {
  const property = entry.getFirstProperty('recurrence-id');
  if (!property) return undefined;
  return {
    moment: momentOf(property, zones),
    isCancelled: textOf(entry, 'status')?.toUpperCase() === 'CANCELLED',
    isRange: property.getFirstParameter('range')?.toUpperCase() === 'THISANDFUTURE',
  };
}

/** The UID of an entry. One without it is recognised by its content. */
function uidOf(entry: ICAL.Component, todos: ReadonlySet<string>): string {
  if (entry.name !== 'vtodo' && entry.name !== 'vevent')
    throw new Unreadable(`a ${entry.name.toUpperCase()} is neither a to-do nor an event`);
  const uid = textOf(entry, 'uid');
  if (uid === undefined)
    return `sha256:${createHash('sha256').update(JSON.stringify(entry.toJSON())).digest('hex')}`;
  const todo = todoOfEvent(entry);
  if (todo !== undefined && todos.has(todo))
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

function labelOf(entry: ICAL.Component): Label {
  const shown = (name: string) => textOf(entry, name)?.slice(0, maxShown).toWellFormed() ?? null;
  return { uid: shown('uid'), summary: shown('summary') };
}
