import { importCalendar, type ImportedTask } from '../../../icalendar/import.ts';
import { entryNameOf } from '../../../icalendar/names.ts';
import type { ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import type { ImportedEntry, ImportedFile } from '../imported-file.ts';

/**
 * Reads an iCalendar file. An entry is known by its UID, and a changed occurrence also by its date.
 * @throws AppError 422 as `importCalendar`
 */
export async function readCalendar(
  bytes: Bytes,
  { zone, now }: Pick<ReadContext, 'zone' | 'now'>,
): Promise<ImportedFile> {
  const { drafts, ...remarks } = await importCalendar(bytes, { zone, now });
  return { drafts: drafts.map((task) => entryOf(task)), ...remarks };
}

function entryOf(task: ImportedTask): ImportedEntry {
  const { uid, recurrenceId, parentUid, draft, createdAt, completedAt } = task;
  const parent = parentUid === null ? null : entryNameOf(parentUid, null);
  return { ...entryNameOf(uid, recurrenceId), uid, parent, draft, createdAt, completedAt };
}
