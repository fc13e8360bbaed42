import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import type { FollowedTask } from './follow-task.ts';
import { reminderTimes } from './reminder-times.ts';

/**
 * The reminders of one task by their instant (milliseconds since 1970). `passed`: it was past when it was set, and does not
 * remind. What fired or passed stays, so that the same instant never reminds again.
 */
export type ReminderBook = Map<number, 'pending' | 'fired' | 'passed'>;

/**
 * The id of the event of a reminder: the same however often, and by whom, it is set, and another one for a task of another
 * workspace that has the same id.
 * @param at RFC 3339
 */
export function reminderIdOf(workspaceId: string, taskId: string, at: string): string {
  return uuidOfName(taskId, `reminder ${workspaceId} ${at}`);
}

/**
 * What the reminders of a task are after a change: what no longer is asked for goes, unless it fired; what is asked for and
 * was not there is set, from `setAt` on.
 */
export function setReminders(book: ReminderBook, wanted: number[], setAt: number): ReminderBook {
  const kept = [...book].filter(([at, state]) => state !== 'pending' || wanted.includes(at));
  const added = wanted
    .filter((at) => !book.has(at))
    .map((at) => [at, at > setAt ? 'pending' : 'passed'] as const);
  return new Map([...kept, ...added]);
}

/** When a task reminds as it stands: not at all once it is let go or in the trash, or while its series is paused. */
export function wantedReminders(task: FollowedTask, isPaused: boolean): number[] {
  if (task.state !== 'open' || isPaused) return [];
  const { due_date, time_zone } = task.task;
  return reminderTimes({ reminders: task.reminders, due_date, time_zone });
}

const settingFields = new Set(['reminders', 'due_date', 'time_zone', 'status', 'deleted_at']);

/**
 * From when on reminders count as set by an event. Where events before it are still to come and it did not set any itself,
 * that was some time since the task was made: late is better than lost.
 */
export function setAtOf(event: TaskEvent, versionBefore: number): number {
  const isNext = event.version === versionBefore + 1;
  const isSetHere = event.changed.some((field) => settingFields.has(field));
  return Date.parse(isNext || isSetHere ? event.timestamp : event.payload.created_at);
}
