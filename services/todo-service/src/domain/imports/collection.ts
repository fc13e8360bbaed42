import { createHash } from 'node:crypto';
import type { DateOrder } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { faultOfDraft, fitDraft, type Found } from './fit-draft.ts';
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
export type FoundEntry = {
  name: EntryName;
  /** Its id in the app, for remarks. */
  uid: string | null;
  parent: EntryName | null;
  found: Found;
  notes: string[];
  createdAt?: string | null;
  completedAt?: string | null;
};

/** Entries of a file, and the bytes of all their texts in UTF-8: they are in memory together. */
const max = { entries: 50_000, bytes: 24 * 1024 * 1024, shown: 255 };

/** Collects the tasks of a file. */
export type Collection = {
  file: ImportedFile;
  /** Makes the key of an entry from its place and content; equal entries also differ by their order. @throws AppError 422 if there are too many */
  nameOf(kind: string, ...parts: (string | null)[]): EntryName;
  /** Names an entry by its id in the app. @throws as `nameOf` */
  nameOfId(kind: string, ...id: string[]): EntryName;
  /** @throws AppError 422 if there is too much text */
  add(entry: FoundEntry): void;
  skip(label: { uid?: string | null; title?: string | null }, reason: string): void;
  /** A remark on the file. */
  note(reason: string): void;
  /** The remark on lines that are not UTF-8. */
  noteOtherEncoding: (lines: number) => void;
};

export function openCollection(): Collection {
  const file: ImportedFile = { drafts: [], skipped: [], notes: [] };
  const counts = new Map<string, number>();
  let [entries, bytes] = [0, 0];

  function count(): void {
    entries += 1;
    if (entries > max.entries)
      throw invalidInput([{ field: 'body', message: `has more than ${max.entries} entries` }]);
  }

  const note = (reason: string) => void file.notes.push({ uid: null, summary: null, reason });

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
    add({ name, uid, parent, found, notes: given, createdAt = null, completedAt = null }) {
      const notes = new Set(given);
      const draft = fitDraft(found, (note) => void notes.add(note));
      bytes += Buffer.byteLength(draft.title) + Buffer.byteLength(draft.description ?? '');
      if (bytes > max.bytes)
        throw invalidInput([{ field: 'body', message: 'has more than 24 MiB of text in its tasks' }]);
      const label = { uid, summary: draft.title };
      const fault = faultOfDraft(draft);
      if (fault !== undefined) file.skipped.push({ ...label, reason: fault });
      else {
        file.drafts.push({ ...name, uid, parent, draft, createdAt, completedAt });
        for (const reason of notes) file.notes.push({ ...label, reason });
      }
    },
    skip({ uid = null, title = null }, reason) {
      count();
      const summary = title === null ? null : title.trim().slice(0, max.shown).toWellFormed();
      file.skipped.push({ uid, summary, reason });
    },
  };
}
