import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import type { FollowedTask } from '../../domain/followed-task.ts';
import { reminderTimes } from './reminder-times.ts';

/** `passed`: the instant had passed when the reminder was set, and it doesn't fire. */
export type ReminderState = 'pending' | 'fired' | 'passed';

/**
 * The reminders of a task by instant (milliseconds since 1970). Fired and passed ones stay, so that the same instant
 * never fires again.
 */
export type TaskReminders = Map<number, ReminderState>;

/**
 * The id of the event of a reminder. It is the same each time the reminder is set, and different for a task with the same
 * id in another workspace.
 * @param at RFC 3339
 */
export function reminderIdOf(workspaceId: string, taskId: string, at: string): string {
  return uuidOfName(taskId, `reminder ${workspaceId} ${at}`);
}

/** The reminders after a change: pending ones that are not wanted any more are removed, new ones are set at `setAt`. */
export function setReminders(reminders: TaskReminders, wanted: number[], setAt: number): TaskReminders {
  const kept = [...reminders].filter(([at, state]) => state !== 'pending' || wanted.includes(at));
  const added = wanted
    .filter((at) => !reminders.has(at))
    .map((at) => [at, at > setAt ? 'pending' : 'passed'] as const);
  return new Map([...kept, ...added]);
}

/** The instants at which a task reminds: none if it is closed or in the trash, or while its series is paused. */
export function wantedReminders(task: FollowedTask, isPaused: boolean): number[] {
  if (task.state !== 'open' || isPaused) return [];
  const { due_date, time_zone } = task.task;
  return reminderTimes({ reminders: task.reminders, due_date, time_zone });
}

const settingFields = new Set(['reminders', 'due_date', 'time_zone', 'status', 'deleted_at']);

/**
 * When the reminders of an event count as set, in milliseconds since 1970. If earlier events are missing and this one
 * doesn't set reminders, it was at some time since the creation of the task: a late reminder is better than none.
 */
export function setAtOf(event: TaskEvent, versionBefore: number): number {
  const isNext = event.version === versionBefore + 1;
  const setsReminders = event.changed.some((field) => settingFields.has(field));
  return Date.parse(isNext || setsReminders ? event.timestamp : event.payload.created_at);
}
