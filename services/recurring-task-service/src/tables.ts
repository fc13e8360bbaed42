import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/runtime/clock';

/** The service's schema. */
export const schema = 'recurring_task_service';

/** The columns of `recurring_task_service`, as queries read them. json columns come back as text. */
export type Tables = {
  'recurring_task_service.series': {
    workspace_id: string;
    id: string;
    title: string;
    rule: string;
    anchor: string;
    time_zone: string | null;
    basis: string;
    rdates: string;
    exdates: string;
    gap: string;
    month_end: string;
    overdue: string;
    is_paused: boolean;
    done: number;
    current_task_id: string;
    ended_reason: string | null;
    created_at: string;
    updated_at: string;
  };
  'recurring_task_service.series_history': HistoryRow & {
    workspace_id: string;
    series_id: string;
    n: number;
  };
  'recurring_task_service.tasks': {
    workspace_id: string;
    id: string;
    version: number;
    state: string;
    series_id: string | null;
    scheduled: string | null;
    closed_at: string | null;
    successor_date: string | null;
    task: string;
    reminders: string;
  };
  'recurring_task_service.reminders': {
    workspace_id: string;
    task_id: string;
    remind_at: string;
    event_id: string;
    state: string;
    fired_at: string | null;
  };
};

export type HistoryRow = {
  at: string;
  kind: string;
  task_id: string | null;
  date: string | null;
  detail: string | null;
};

/** What commands and queries of Recurring work with. */
export type RecurringContext = {
  database: Kysely<Tables>;
  clock: Clock;
  ids: Ids;
  /** Called after a commit that may have put something into the outbox, or a reminder before the others. */
  wake: () => void;
};
