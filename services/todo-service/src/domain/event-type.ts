import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEventType } from '@rondo/shared/contracts/task-event';

/** The type of the event of a change, by what happened to the task. */
export function eventTypeOf(before: Task, after: Task): TaskEventType {
  if (before.deleted_at === null && after.deleted_at !== null) return 'task-deleted';
  if (before.deleted_at !== null && after.deleted_at === null) return 'task-restored';
  if (before.status !== 'complete' && after.status === 'complete') return 'task-completed';
  if (before.status === 'complete' && after.status !== 'complete') return 'task-reopened';
  return 'task-updated';
}
