import type { Schedule } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Policies, Series } from '@rondo/recurrence/occurrences';
import { isoDate } from '@rondo/time/calendar';
import { wallText, withClockOf } from '@rondo/time/iso-8601';
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
  /** The zone of the person, for a series without a zone. */
  person_zone: string | null;
  /** Its zone follows the person, and the anchor stays. */
  is_floating: boolean;
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
  /** How many changes of it were published. */
  version: number;
  /** The occurrences after the current one; null if they are not computed yet. */
  next_occurrences: string[] | null;
  /** Up to when dates have passed, if the date of the successor is still to be computed; and who closed the occurrence. */
  wanted_after: string | null;
  wanted_by: string | null;
  created_at: string;
  updated_at: string;
};

/** Why a series has no further occurrence. */
export type EndedReason = NonNullable<Schedule['ended_reason']>;

/** The fields of a task that its series is derived from. */
type RecurringTask = Pick<
  Task,
  | 'title'
  | 'recurrence_rule'
  | 'recurrence_basis'
  | 'time_zone'
  | 'is_floating'
  | 'due_date'
  | 'start'
  | 'created_at'
>;

type Zoned = Pick<SeriesState, 'time_zone' | 'person_zone'>;

/** The zone in which a series is computed: its own, else that of the person. */
export function zoneOfSeries({ time_zone: zone, person_zone: personZone }: Zoned): string | null {
  return zone ?? personZone;
}

/** The date of a task in its series: its due date, else its start, else the day on which it was created. */
export function dateOf(task: Pick<RecurringTask, 'due_date' | 'start' | 'created_at'> & Zoned): string {
  const { due_date, start, created_at } = task;
  return due_date ?? start ?? isoDate(dayAt(Date.parse(created_at), zoneOfSeries(task)));
}

/** A date as the anchor of a series: a plain date, or the wall-clock time of an instant. */
export function anchorOf(date: string, zone: string | null): string {
  return date.length === 10 ? date : wallText(wallOf(Date.parse(date), zone));
}

/** The series that starts with the task of an event, if the task recurs. */
export function seriesOfTask(
  { payload, workspace_id, task_id, timestamp, series: dates }: TaskEvent,
  personZone: string | null,
): SeriesState | undefined {
  const { series_id: id, recurrence_rule: rule } = payload;
  if (id === null || rule === null) return undefined;
  const blank: SeriesState = {
    workspace_id,
    id,
    title: payload.title,
    rule,
    anchor: '',
    time_zone: null,
    person_zone: null,
    is_floating: false,
    basis: 'due',
    rdates: payload.rdates ?? dates?.rdates ?? [],
    exdates: payload.exdates ?? dates?.exdates ?? [],
    gap: 'shift',
    month_end: 'clamp',
    overdue: 'next',
    is_paused: false,
    done: 0,
    current_task_id: task_id,
    ended_reason: null,
    version: 0,
    next_occurrences: null,
    wanted_after: null,
    wanted_by: null,
    created_at: timestamp,
    updated_at: timestamp,
  };
  return restartSeries(blank, { ...payload, recurrence_rule: rule, person_zone: personZone });
}

/** The series with the rule of a task, counted from the date of that task. Settings that tasks don't have stay. */
export function restartSeries(
  series: SeriesState,
  task: RecurringTask & Zoned & { recurrence_rule: string },
): SeriesState {
  return {
    ...series,
    title: task.title,
    rule: task.recurrence_rule,
    basis: task.recurrence_basis,
    time_zone: task.time_zone,
    person_zone: task.person_zone,
    is_floating: task.is_floating === true,
    anchor: anchorOf(dateOf(task), zoneOfSeries(task)),
    done: 0,
    ended_reason: null,
  };
}

/** A floating series in another zone. Its anchor and plain dates are wall clock already. */
export function movedSeries(series: SeriesState, zone: string): SeriesState {
  const moved = (dates: string[]) => dates.map((date) => withClockOf(date, series.time_zone, zone));
  return { ...series, time_zone: zone, rdates: moved(series.rdates), exdates: moved(series.exdates) };
}

/** The series with the dates that its task has. A task from before it had any says nothing of them. */
export function withDatesOf(series: SeriesState, { exdates, rdates }: Task): SeriesState {
  return { ...series, exdates: exdates ?? series.exdates, rdates: rdates ?? series.rdates };
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
  const { rule, rdates, exdates, anchor, gap, month_end: monthEnd } = series;
  const timeZone = zoneOfSeries(series);
  return { rule, rdates, exdates, anchor, timeZone, policies: { gap, monthEnd, overlap: 'first' } };
}
