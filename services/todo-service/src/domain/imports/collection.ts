import { createHash } from 'node:crypto';
import type { DateOrder, TaskDraft } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import type { JsonRecord } from './files/json-fields.ts';
import { faultOfDraft, fitDraft, withPossibleDates, type Found } from './fit-draft.ts';
import { addRemark, noRemarks } from './remarks.ts';
import { entryKey, type EntryName, type ImportedFile } from './imported-file.ts';

/** What is known when a file is read. */
export type ReadContext = {
  /** The person's zone, for times without one. */
  zone: string;
  now: Date;
  /** How dates in numbers are read. */
  dateOrder: DateOrder;
  fileName: string | null;
  /** Called for each piece of a file that is read. It throws if reading takes too long. */
  checkTime: () => void;
};

/** An entry of a file. */
type Entry = {
  name: EntryName;
  /** Its id in the app, for remarks. */
  uid: string | null;
  parent: EntryName | null;
  notes: string[];
  createdAt?: string | null;
  completedAt?: string | null;
};

/** An entry with what the app says of it. */
export type FoundEntry = Entry & { found: Found };

/** Entries of a file, and the bytes of all their texts in UTF-8: they are in memory together. */
const max = { entries: 50_000, bytes: 24 * 1024 * 1024, shown: 255 };
/** What a label, a date or a reminder takes there, about. */
const bytesOfItem = 40;

/** Collects the tasks of a file. */
export type Collection = {
  file: ImportedFile;
  /** Makes the key of an entry from its place and content; equal entries also differ by their order. @throws AppError 422 if there are too many */
  nameOf(kind: string, ...parts: (string | null)[]): EntryName;
  /** Names an entry by its id in the app. @throws as `nameOf` */
  nameOfId(kind: string, ...id: string[]): EntryName;
  /** Takes an entry that has a name. @throws as `nameOf` */
  named(name: EntryName): EntryName;
  /** Adds an entry as it fits. @throws AppError 422 if there is too much text */
  add(entry: FoundEntry): void;
  /** Adds an entry whose fields are those of a task, or skips it if they are invalid. @throws as `add` */
  addAsIs(entry: Entry & { fields: JsonRecord }): void;
  skip(label: { uid?: string | null; title?: string | null }, reason: string): void;
  /** A remark on the file. */
  note(reason: string): void;
  /** The remark on lines that are not UTF-8. */
  noteOtherEncoding: (lines: number) => void;
};

/** @param zone the person's */
export function openCollection(zone: string): Collection {
  const file: ImportedFile = { drafts: [], ...noRemarks() };
  const counts = new Map<string, number>();
  let [entries, bytes] = [0, 0];

  function count(): void {
    entries += 1;
    if (entries > max.entries)
      throw invalidInput([{ field: 'body', message: `has more than ${max.entries} entries` }]);
  }

  function keep(
    { name, notes, createdAt = null, completedAt = null, ...entry }: Entry,
    draft: TaskDraft,
  ): void {
    bytes += bytesOf(draft);
    if (bytes > max.bytes)
      throw invalidInput([{ field: 'body', message: 'has more than 24 MiB of text in its tasks' }]);
    const label = { uid: entry.uid, summary: draft.title };
    file.drafts.push({ ...name, ...entry, draft, createdAt, completedAt });
    for (const reason of new Set(notes)) addRemark(file, 'notes', { ...label, reason });
  }

  const note = (reason: string) => addRemark(file, 'notes', { uid: null, summary: null, reason });

  return {
    file,
    note,
    noteOtherEncoding: (lines) => note(`lines that are not UTF-8 were read as Windows-1252: ${lines}`),
    nameOfId(kind, ...id) {
      count();
      return { key: entryKey(kind, ...id) };
    },
    nameOf(kind, ...parts) {
      count();
      // A hash, because the key of a parent is a part of that of its children.
      const place = createHash('sha256').update(JSON.stringify(parts)).digest('base64');
      const before = counts.get(`${kind} ${place}`) ?? 0;
      counts.set(`${kind} ${place}`, before + 1);
      return { key: entryKey(kind, place, before) };
    },
    named(name) {
      count();
      return name;
    },
    add({ found, ...entry }) {
      const notes = [...entry.notes];
      const draft = fitDraft(found, zone, (note) => notes.push(note));
      const fault = faultOfDraft(draft);
      if (fault === undefined) keep({ ...entry, notes }, draft);
      else addRemark(file, 'skipped', { uid: entry.uid, summary: draft.title, reason: fault });
    },
    addAsIs({ fields, ...entry }) {
      const fault = faultOfDraft(fields);
      if (fault !== undefined) {
        const { title } = fields;
        const summary = typeof title === 'string' ? shown(title) : null;
        return addRemark(file, 'skipped', { uid: entry.uid, summary, reason: fault });
      }
      const notes = [...entry.notes];
      const draft = withPossibleDates(fields as TaskDraft, zone, (note) => notes.push(note));
      keep({ ...entry, notes }, draft);
    },
    skip({ uid = null, title = null }, reason) {
      count();
      addRemark(file, 'skipped', { uid, summary: title === null ? null : shown(title), reason });
    },
  };
}

/** About how much memory a draft takes. */
function bytesOf({ title, description, labels, exdates, rdates, reminders }: TaskDraft): number {
  const items = [labels, exdates, rdates, reminders].reduce((sum, list) => sum + (list?.length ?? 0), 0);
  return Buffer.byteLength(title) + Buffer.byteLength(description ?? '') + items * bytesOfItem;
}

function shown(title: string): string {
  return title.trim().slice(0, max.shown).toWellFormed();
}
