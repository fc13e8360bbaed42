import type { Schedule } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Policies, Series } from '@rondo/recurrence/occurrences';
import { isoDate } from '@rondo/time/calendar';
import { wallText } from '@rondo/time/iso-8601';
import { dayAt, wallOf } from '@rondo/time/wall-clock';

/** A series as it is stored: a row of `series`. */
export type SeriesState = {
  workspace_id: string;
  id: string;
  title: string;
  rule: string;
  /** The first date, on the wall clock. */
  anchor: string;
  time_zone: string | null;
  basis: Task['recurrence_basis'];
  rdates: string[];
  exdates: string[];
  gap: Policies['gap'];
  month_end: Policies['monthEnd'];
  /** What follows an overdue completion: the next date after it, or each date that was missed. */
  overdue: Schedule['overdue'];
  is_paused: boolean;
  /** How many occurrences are closed. */
  done: number;
  current_task_id: string;
  ended_reason: EndedReason | null;
  /** The occurrences after the current one; null if they are not computed yet. */
  next_occurrences: string[] | null;
  created_at: string;
  updated_at: string;
};

/** Why a series has no further occurrence. */
export type EndedReason = NonNullable<Schedule['ended_reason']>;

/** The fields of a task that its series is derived from. */
type RecurringTask = Pick<
  Task,
  'title' | 'recurrence_rule' | 'recurrence_basis' | 'time_zone' | 'due_date' | 'start' | 'created_at'
>;

/** The date of a task in its series: its due date, else its start, else the day on which it was created. */
export function dateOf({ due_date, start, created_at, time_zone: zone }: RecurringTask): string {
  return due_date ?? start ?? isoDate(dayAt(Date.parse(created_at), zone));
}

/** A date as the anchor of a series: a plain date, or the wall-clock time of an instant. */
export function anchorOf(date: string, zone: string | null): string {
  return date.length === 10 ? date : wallText(wallOf(Date.parse(date), zone));
}

/** The series that starts with the task of an event, if the task recurs. */
export function seriesOfTask({
  payload,
  workspace_id,
  task_id,
  timestamp,
}: TaskEvent): SeriesState | undefined {
  const { series_id: id, recurrence_rule: rule } = payload;
  if (id === null || rule === null) return undefined;
  const blank: SeriesState = {
    workspace_id,
    id,
    title: payload.title,
    rule,
    anchor: '',
    time_zone: null,
    basis: 'due',
    rdates: [],
    exdates: [],
    gap: 'shift',
    month_end: 'clamp',
    overdue: 'next',
    is_paused: false,
    done: 0,
    current_task_id: task_id,
    ended_reason: null,
    next_occurrences: null,
    created_at: timestamp,
    updated_at: timestamp,
  };
  return restartSeries(blank, { ...payload, recurrence_rule: rule });
}

/** The series with the rule of a task, counted from the date of that task. Settings that tasks don't have stay. */
export function restartSeries(
  series: SeriesState,
  task: RecurringTask & { recurrence_rule: string },
): SeriesState {
  return {
    ...series,
    title: task.title,
    rule: task.recurrence_rule,
    basis: task.recurrence_basis,
    time_zone: task.time_zone,
    anchor: anchorOf(dateOf(task), task.time_zone),
    done: 0,
    ended_reason: null,
  };
}

/** Whether a task has another rule, zone or basis than its series. */
export function isDifferent(series: SeriesState, task: RecurringTask): boolean {
  return (
    series.rule !== task.recurrence_rule ||
    series.time_zone !== task.time_zone ||
    series.basis !== task.recurrence_basis
  );
}

/** The series as `@rondo/recurrence` takes it. */
export function recurrenceOf(series: SeriesState): Series {
  const { rule, rdates, exdates, anchor, time_zone: timeZone, gap, month_end: monthEnd } = series;
  return { rule, rdates, exdates, anchor, timeZone, policies: { gap, monthEnd, overlap: 'first' } };
}
