import { RuleError } from '@rondo/recurrence/rule-error';
import { parseRule } from '@rondo/recurrence/rule';
import type { Schedule } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { occurrenceAfterCompletion } from '@rondo/recurrence/completion';
import { wallTextOf } from '@rondo/time/recurrence-moment';
import { nextOccurrence, type Policies, type Series } from '@rondo/recurrence/series';

/** A series as it is kept. `anchor` is its first date on the wall clock, `done` how many of its occurrences were let go. */
export type SeriesState = {
  workspace_id: string;
  id: string;
  title: string;
  rule: string;
  anchor: string;
  time_zone: string | null;
  basis: Task['recurrence_basis'];
  rdates: string[];
  exdates: string[];
  gap: Policies['gap'];
  month_end: Policies['month_end'];
  /** What follows an overdue completion: the next date after it, or every one that was missed. */
  overdue: Schedule['overdue'];
  is_paused: boolean;
  done: number;
  current_task_id: string;
  ended_reason: EndedReason | null;
  created_at: string;
  updated_at: string;
};

/** Why no further occurrence comes. */
export type EndedReason = NonNullable<Schedule['ended_reason']>;

/** What a task says of its series. */
type Recurring = Pick<
  Task,
  'title' | 'recurrence_rule' | 'recurrence_basis' | 'time_zone' | 'due_date' | 'start' | 'created_at'
>;

/** The date that a task has in its series: when it is due, else when it starts, else the day on which it was made. */
export function dateOf({ due_date: due, start, created_at: createdAt, time_zone: zone }: Recurring): string {
  return due ?? start ?? wallTextOf(new Date(createdAt), zone).slice(0, 10);
}

/** A date as the anchor of a series: what the wall clock shows. */
export function anchorOf(date: string, zone: string | null): string {
  return date.length === 10 ? date : wallTextOf(new Date(date), zone);
}

/** The series as a task says it, from that task's date on. What people decided about it elsewhere stays. */
export function beginSeries(series: SeriesState, task: Recurring & { recurrence_rule: string }): SeriesState {
  const date = dateOf(task);
  return {
    ...series,
    title: task.title,
    rule: task.recurrence_rule,
    basis: task.recurrence_basis,
    time_zone: task.time_zone,
    anchor: anchorOf(date, task.time_zone),
    done: 0,
    ended_reason: null,
  };
}

/** Whether a task says something else of its series than is known: another rule, zone or basis. */
export function saysOtherwise(series: SeriesState, task: Recurring): boolean {
  return (
    series.rule !== task.recurrence_rule ||
    series.time_zone !== task.time_zone ||
    series.basis !== task.recurrence_basis
  );
}

/**
 * The date that follows an occurrence.
 * @param occurrence its own date in the series, and when it is due
 * @param closedAt when it was completed or skipped; for a series counted from completion, the day it counts from
 */
export function dateAfter(
  series: SeriesState,
  { scheduled, due_date: due }: { scheduled: string | null; due_date: string | null },
  closedAt: string,
): { next: string } | { ended: EndedReason } {
  const { rule, anchor, time_zone, done } = series;
  const dates = datesOf(series);
  try {
    if (series.basis === 'completion') {
      const next = occurrenceAfterCompletion(dates, { completed_at: new Date(closedAt), done });
      return next === null ? { ended: reasonOf(rule) } : { next };
    }
    const isAllDay = anchor.length === 10;
    const closed = isAllDay ? wallTextOf(new Date(closedAt), time_zone).slice(0, 10) : closedAt;
    const passed = [scheduled, due, series.overdue === 'next' ? closed : null].filter(
      (date) => date !== null && (date.length === 10) === isAllDay,
    ) as string[];
    const next = nextOccurrence(dates, latest(passed) ?? closed);
    return next === null ? { ended: reasonOf(rule) } : { next };
  } catch (error) {
    if (error instanceof RuleError) return { ended: 'no-date' };
    throw error;
  }
}

/** What the recurrence module reckons with. */
export function datesOf(series: SeriesState): Series {
  const { rule, rdates, exdates, anchor, time_zone, gap, month_end } = series;
  return { rule, rdates, exdates, anchor, time_zone, policies: { gap, month_end, overlap: 'first' } };
}

/** Of dates, or of instants, the latest. */
function latest(dates: string[]): string | undefined {
  return dates.toSorted((left, right) => Date.parse(left) - Date.parse(right)).at(-1);
}

function reasonOf(rule: string): EndedReason {
  const { count, until } = parseRule(rule);
  return count !== null ? 'count' : until !== null ? 'until' : 'no-date';
}
