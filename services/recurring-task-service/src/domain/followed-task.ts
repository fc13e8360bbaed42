import type { RemindedTask } from '@rondo/shared/contracts/reminder-event';
import type { Task } from '@rondo/shared/contracts/task';

/**
 * The state of a task in its series. `complete` and `skipped` occurrences are closed: a next one follows. A `trashed`
 * task ends its series.
 */
export type FollowedState = 'open' | 'complete' | 'skipped' | 'trashed';

/** What the service knows of a task that recurs or has reminders: a row of `tasks`. */
export type FollowedTask = {
  workspace_id: string;
  id: string;
  /** The version of the last event. 0: the task was commanded, and no event of it has arrived. */
  version: number;
  state: FollowedState;
  series_id: string | null;
  /** The date of the occurrence in its series. It stays the same if a person moves the task. */
  scheduled: string | null;
  /** When it was completed or skipped. */
  closed_at: string | null;
  /** The date that its successor was created for. */
  successor_date: string | null;
  task: RemindedTask;
  reminders: Task['reminders'];
};

export function isClosed(state: FollowedState): boolean {
  return state === 'complete' || state === 'skipped';
}
