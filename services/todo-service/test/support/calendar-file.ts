import assert from 'node:assert/strict';
import type { ImportRemark } from '@rondo/shared/contracts/import-report';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { importCalendar, type CalendarImport } from '../../src/icalendar/import.ts';
import { calendarOf } from './calendar-task.ts';
import { assertImportedAgain } from './imported-again.ts';

export const berlin = 'Europe/Berlin';
/** When the files of tests are imported. */
export const now = new Date('2026-11-21T12:00:00.000Z');

/** Imports a file, whose tasks are the same after an export and another import. */
export async function importBytes(bytes: Uint8Array[], zone = berlin): Promise<CalendarImport> {
  const imported = await importCalendar(bytes, { zone, now });
  await assertImportedAgain(imported, { zone, now });
  return imported;
}

/** Imports the text of a file, like `importBytes`. */
export const importText = (text: string, zone = berlin) => importBytes([Buffer.from(text)], zone);

/** A component with UID `u1` and these lines. */
export const entry = (kind: string, lines: string[]) =>
  [`BEGIN:${kind}`, 'UID:u1', 'DTSTAMP:20261121T120000Z', 'SUMMARY:Buy milk', ...lines, `END:${kind}`].join(
    '\r\n',
  );

/** Imports a file with these components, for a person in Berlin. */
export const read = (...components: string[]) => importText(calendarOf(...components));
export const readTodo = (...lines: string[]) => read(entry('VTODO', lines));
export const readEvent = (...lines: string[]) => read(entry('VEVENT', lines));

/** The only task of a file, which was imported completely. */
export function draftOf({ drafts, skipped, notes }: CalendarImport): TaskDraft {
  assert.deepEqual([skipped, notes], [[], []]);
  assert.equal(drafts.length, 1);
  return drafts[0]?.draft ?? { title: 'nothing' };
}

export const reasonsOf = (remarks: Pick<ImportRemark, 'reason'>[]) => remarks.map(({ reason }) => reason);
