import type { Settled } from '@rondo/shared/contracts/notification';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';

/** A task as notifications see it. `time_zone` is the task's own. */
export type FollowedTask = {
  workspace_id: string;
  task_id: string;
  version: number;
  /** Null until an event says it. */
  number: number | null;
  title: string;
  due_date: string | null;
  time_zone: string | null;
  state: 'open' | Settled;
};

const followedFields = new Set([
  'number',
  'title',
  'due_date',
  'time_zone',
  'status',
  'deleted_at',
  'reminders',
]);

/** Whether an event can change what is followed: not the creation of a task that has no reminder. */
export function concernsFollowed({ event_type: type, changed, payload }: TaskEvent): boolean {
  if (type === 'task-created') return payload.reminders.length > 0;
  return type === 'task-purged' || changed.some((field) => followedFields.has(field));
}

/** `can_remind`: a reminder of the task may come, or be on its way. */
export function followedTaskOf(event: TaskEvent): FollowedTask & { can_remind: boolean } {
  const { workspace_id, task_id, version, payload, changed } = event;
  return {
    workspace_id,
    task_id,
    version,
    number: payload.number ?? null,
    title: payload.title,
    due_date: payload.due_date,
    time_zone: payload.time_zone,
    state: stateOf(event),
    can_remind: payload.reminders.length > 0 || changed.includes('reminders'),
  };
}

function stateOf({ event_type: type, payload }: TaskEvent): FollowedTask['state'] {
  if (type === 'task-purged' || payload.deleted_at !== null) return 'deleted';
  return payload.status === 'complete' ? 'done' : 'open';
}
