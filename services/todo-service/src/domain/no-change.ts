import type { Task } from '@rondo/shared/contracts/task';
import type { Change } from './task.ts';

/** A change of the version only. Its event records that a command was undone whose changes cancelled each other. */
export function noChange(before: Task, now: Date): Change {
  const at = now.toISOString();
  const updated_at = before.updated_at > at ? before.updated_at : at;
  return {
    event_type: 'task-updated',
    before,
    after: { ...before, version: before.version + 1, updated_at },
    changed: [],
  };
}
