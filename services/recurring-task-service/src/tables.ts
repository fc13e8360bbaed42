import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { FollowedTask } from './follow-task.ts';
import type { SeriesState } from './series.ts';

/** The service's schema. */
export const schema = 'recurring_task_service';

/** A row of `series`: json columns come back as text. */
export type SeriesRow = Omit<SeriesState, 'rdates' | 'exdates'> & { rdates: string; exdates: string };

/** A row of `tasks`. */
export type TaskRow = Omit<FollowedTask, 'task' | 'reminders'> & { task: string; reminders: string };

/** The tables of `recurring_task_service`, as those that read them have them. */
export type Tables = {
  'recurring_task_service.series': SeriesRow;
  'recurring_task_service.tasks': TaskRow;
};

export function seriesOfRow(row: SeriesRow): SeriesState {
  return {
    ...row,
    rdates: JSON.parse(row.rdates) as string[],
    exdates: JSON.parse(row.exdates) as string[],
  };
}

export function taskOfRow(row: TaskRow): FollowedTask {
  return {
    ...row,
    task: JSON.parse(row.task) as FollowedTask['task'],
    reminders: JSON.parse(row.reminders) as FollowedTask['reminders'],
  };
}

/** What commands and queries of Recurring work with. */
export type RecurringContext = {
  database: Kysely<Tables>;
  clock: Clock;
  ids: Ids;
  /** Called after a commit that may have put something into the outbox, or a reminder before the others. */
  wake: () => void;
};
