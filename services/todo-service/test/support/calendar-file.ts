import assert from 'node:assert/strict';
import type { TaskDraft } from '@rondo/shared/contracts/task';
import { importCalendar, type CalendarImport, type ImportRemark } from '../../src/icalendar/import.ts';
import { calendarOf } from './calendar-task.ts';

export const berlin = 'Europe/Berlin';

/** A component with UID `u1` and these lines. */
export const entry = (kind: string, lines: string[]) =>
  [`BEGIN:${kind}`, 'UID:u1', 'DTSTAMP:20261121T120000Z', 'SUMMARY:Buy milk', ...lines, `END:${kind}`].join(
    '\r\n',
  );

/** Imports a file with these components, for a person in Berlin. */
export const read = (...components: string[]) => importCalendar(calendarOf(...components), berlin);
export const readTodo = (...lines: string[]) => read(entry('VTODO', lines));
export const readEvent = (...lines: string[]) => read(entry('VEVENT', lines));

/** The only task of a file, which was imported completely. */
export function draftOf({ drafts, skipped, notes }: CalendarImport): TaskDraft {
  assert.deepEqual([skipped, notes], [[], []]);
  assert.equal(drafts.length, 1);
  return drafts[0]?.draft ?? { title: 'nothing' };
}

export const reasonsOf = (remarks: Pick<ImportRemark, 'reason'>[]) => remarks.map(({ reason }) => reason);
