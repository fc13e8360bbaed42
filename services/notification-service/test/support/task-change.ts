import { v7 } from 'uuid';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { taskEvent } from '@rondo/shared/test/task-event';

type Change = { task_id?: string; version?: number } & Partial<TaskEvent['payload']>;

/** A task event after which the task has these fields. */
export function taskChange(
  workspaceId: string,
  { task_id = v7(), version = 1, ...fields }: Change,
): TaskEvent {
  const event = taskEvent(workspaceId, version, { task_id, version, event_type: 'task-updated' });
  // As in todo-service: a creation lists only fields that are not null.
  const changed = Object.entries(fields).flatMap(([field, value]) =>
    version === 1 && value === null ? [] : [field],
  );
  return { ...event, changed, payload: { ...event.payload, ...fields } };
}
