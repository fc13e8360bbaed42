import type { RemindedTask } from '@rondo/shared/contracts/reminder-event';
import type { Task } from '@rondo/shared/contracts/task';

/**
 * The state of a task in its series. `complete` and `skipped` occurrences are closed: a next one follows. A task that a
 * person moved to the trash (`trashed`) ends its series. One that recurrence revoked is `revoked`, and may return.
 */
export type FollowedState = 'open' | 'complete' | 'skipped' | 'trashed' | 'revoked';

/** What the service knows of a task that recurs or has reminders: a row of `tasks`. */
export type FollowedTask = {
  workspace_id: string;
  id: string;
  /** The version of the last event. 0: the task was commanded, and no event of it has arrived. */
  version: number;
  /** Null until an event says it. */
  number: number | null;
  state: FollowedState;
  series_id: string | null;
  parent_id: string | null;
  /** The occurrence that it is the successor of, if that is known. */
  follows_id: string | null;
  /** The date of the occurrence in its series. It stays the same if a person moves the task. */
  scheduled: string | null;
  /** When it was completed or skipped. */
  closed_at: string | null;
  /** The date that its successor was created for. */
  successor_date: string | null;
  /** The zone of the person, for an all-day task without a zone. */
  person_zone: string | null;
  /** Its wall clock counts, and its zone follows the person. */
  is_floating: boolean;
  task: RemindedTask;
  reminders: Task['reminders'];
};

export function isInTrash(state: FollowedState): boolean {
  return state === 'skipped' || state === 'trashed' || state === 'revoked';
}

export function isClosed(state: FollowedState): boolean {
  return state === 'complete' || state === 'skipped';
}
