import type { FollowedTask } from '../domain/followed-task.ts';
import type { SeriesState } from '../series/domain/series.ts';

/** The PostgreSQL schema of the service. */
export const schema = 'recurring_task_service';

/** A row of `series`. The JSON columns are read as text. */
export type SeriesRow = Omit<SeriesState, 'rdates' | 'exdates' | 'next_occurrences'> & {
  rdates: string;
  exdates: string;
  next_occurrences: string | null;
};

/** A row of `tasks`. The JSON columns are read as text. */
export type TaskRow = Omit<FollowedTask, 'task' | 'reminders'> & { task: string; reminders: string };

/** The tables that are read with their rows' types. */
export type Tables = {
  'recurring_task_service.series': SeriesRow;
  'recurring_task_service.tasks': TaskRow;
};

export function seriesOfRow(row: SeriesRow): SeriesState {
  return {
    ...row,
    rdates: JSON.parse(row.rdates) as string[],
    exdates: JSON.parse(row.exdates) as string[],
    next_occurrences: row.next_occurrences === null ? null : (JSON.parse(row.next_occurrences) as string[]),
  };
}

export function taskOfRow(row: TaskRow): FollowedTask {
  return {
    ...row,
    task: JSON.parse(row.task) as FollowedTask['task'],
    reminders: JSON.parse(row.reminders) as FollowedTask['reminders'],
  };
}
