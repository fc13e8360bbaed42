import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { asClockOf, floatingOf, zoneMovedTo } from '../../domain/floating.ts';
import type { FollowedTask } from '../../domain/followed-task.ts';
import { reminderTime, reminderTimes } from './reminder-times.ts';

/** `passed`: the instant had passed when the reminder was set, and it doesn't fire. */
export type ReminderState = 'pending' | 'fired' | 'passed';

/**
 * The reminders of a task by instant (milliseconds since 1970). Fired and passed ones stay, so that the same instant
 * never fires again, as far as `maxKept` allows.
 */
export type TaskReminders = Map<number, ReminderState>;

/**
 * How many fired and passed reminders of a task are kept that it doesn't want any more, the latest. They are read with each
 * event of the task, so without a limit a task whose reminders are changed again and again would slow down everyone's.
 */
const maxKept = 100;

/**
 * The id of the event of a reminder. It is the same each time the reminder is set, and different for a task with the same
 * id in another workspace.
 * @param at RFC 3339
 */
export function reminderIdOf(workspaceId: string, taskId: string, at: string): string {
  return uuidOfName(taskId, `reminder ${workspaceId} ${at}`);
}

/**
 * The reminders after a change: pending ones that are not wanted any more are removed, new ones are set at `setAt`. Of the others
 * that are not wanted any more, the latest stay.
 */
export function setReminders(reminders: TaskReminders, wanted: number[], setAt: number): TaskReminders {
  const isWanted = new Set(wanted);
  const kept = [...reminders].filter(([at]) => isWanted.has(at));
  const over = [...reminders]
    .filter(([at, state]) => state !== 'pending' && !isWanted.has(at))
    .toSorted(([left], [right]) => right - left)
    .slice(0, maxKept);
  const added = wanted
    .filter((at) => !reminders.has(at))
    .map((at) => [at, at > setAt ? 'pending' : 'passed'] as const);
  return new Map([...over, ...kept, ...added]);
}

/** The instants at which a task reminds: none if it is closed or in the trash, or while its series is paused. */
export function wantedReminders(task: FollowedTask, isPaused: boolean): number[] {
  if (task.state !== 'open' || isPaused) return [];
  const { due_date, time_zone } = task.task;
  return reminderTimes({ reminders: task.reminders, due_date, time_zone, person_zone: task.person_zone });
}

/**
 * The reminders of a task after the person moved to another zone: a pending one moves, and fires at once if its new instant has
 * passed. What fired or passed in the zone before does not fire again in the new one.
 */
export function movedReminders(
  reminders: TaskReminders,
  before: FollowedTask,
  after: FollowedTask,
): TaskReminders {
  const isThere = zoneMovedTo(floatingOf(before), floatingOf(after)) === null;
  if (isThere && before.person_zone === after.person_zone) return reminders;
  const moves = movesOf(before, after).map((move) => ({ ...move, state: reminders.get(move.from) }));
  const pending = moves.filter(({ state }) => state === 'pending');
  const over = moves.filter(({ state }) => state === 'fired' || state === 'passed');
  const left = new Set(pending.map(({ from }) => from));
  // The last entry of an instant counts: one that a reminder leaves may be the one that another reaches.
  return new Map([
    ...over.map(({ to }) => [to, 'passed'] as const),
    ...pending.map(({ to }) => [to, 'pending'] as const),
    ...[...reminders].filter(([at]) => !left.has(at)),
  ]);
}

/** Where the instants of reminders are in the zone of now, in milliseconds since 1970. */
type Move = { from: number; to: number };

/** Where the reminders of a task move with its person. */
function movesOf(before: FollowedTask, after: FollowedTask): Move[] {
  const [source, target] = [floatingOf(before), floatingOf(after)];
  const due = asClockOf(before.task.due_date, source, target);
  // Another date was set by a person: reminders before it are set as usual.
  const isMoved = zoneMovedTo(source, target) !== null && due === after.task.due_date;
  const dates = { ...before.task, person_zone: before.person_zone };
  const datesOfNow = { ...(isMoved ? after.task : before.task), person_zone: after.person_zone };
  return before.reminders.flatMap((reminder) => {
    const from = reminderTime(reminder, dates);
    const ofNow = 'at' in reminder ? { at: asClockOf(reminder.at, source, target) ?? reminder.at } : reminder;
    const to = reminderTime(ofNow, datesOfNow);
    return from === null || to === null ? [] : [{ from, to }];
  });
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
