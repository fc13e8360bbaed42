import { entryKey, type EntryName } from '../domain/imports/imported-file.ts';

/** Names that the export writes and the import recognises. */
export const calendarNames = {
  product: '-//Rondo//Rondo 1.0//EN',
  list: 'x-rondo-list',
  start: 'x-rondo-start',
  basis: 'x-rondo-recurrence-basis',
  /** In an alarm at an instant: how long before the due date it is. */
  before: 'x-rondo-before',
  /** In a stored changed occurrence, and never written: the date that its series leaves out, and the one that it has instead. */
  leftOut: 'x-rondo-left-out',
  added: 'x-rondo-added',
} as const;

const taskUid = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@rondo$/;

/** The UID of a task's to-do (RFC 5545 section 3.8.4.7). */
export function uidOfTask(id: string): string {
  return `${id}@rondo`;
}

/** The UID of a task's event, for calendars without to-dos. */
export function uidOfEvent(id: string): string {
  return `${id}-event@rondo`;
}

/** Names the entry of a UID, or the changed occurrence of one. A UID from our export names a task. */
export function entryNameOf(uid: string, recurrenceId: string | null): EntryName {
  const key = entryKey('calendar-import', uid, recurrenceId);
  return recurrenceId === null ? { key, taskId: taskOfUid(uid) } : { key };
}

/** The task id in a UID from our export; undefined for other UIDs. */
function taskOfUid(uid: string): string | undefined {
  return taskUid.exec(uid)?.[1];
}
