/** How we name ourselves in a calendar: the same words are written by the export and known by the import. */
export const calendarNames = {
  product: '-//Rondo//Rondo 1.0//EN',
  list: 'x-rondo-list',
  start: 'x-rondo-start',
  basis: 'x-rondo-recurrence-basis',
} as const;

const taskUid = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@rondo$/;

/** The UID of a task's to-do (RFC 5545 section 3.8.4.7). */
export function uidOfTask(id: string): string {
  return `${id}@rondo`;
}

/** The UID of the event that shows the same task to calendars without to-dos. */
export function uidOfEvent(id: string): string {
  return `${id}-event@rondo`;
}

/** The task that a UID of ours names. */
export function taskOfUid(uid: string): string | undefined {
  return taskUid.exec(uid)?.[1];
}
