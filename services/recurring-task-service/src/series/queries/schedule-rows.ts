import { sql } from 'kysely';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { parseRule } from '@rondo/recurrence/parse-rule';
import type { Schedule } from '@rondo/shared/contracts/schedule';
import { seriesOfRow, type SeriesRow } from '../../store/tables.ts';
import { computableOccurrences, occurrenceAfterNow } from '../domain/next-occurrences.ts';

/** A series and the dates of its current task. */
export type ScheduleRow = SeriesRow & { scheduled: string | null; due_date: string | null };

/** The columns of a `ScheduleRow` and their tables. */
export const scheduleRows = sql`
  series.*, current.scheduled, current.task ->> 'due_date' AS due_date FROM recurring_task_service.series
  LEFT JOIN recurring_task_service.tasks current
    ON current.workspace_id = series.workspace_id AND current.id = series.current_task_id`;

export function scheduleOf({ scheduled, due_date, ...row }: ScheduleRow, now: Date): Schedule {
  const series = seriesOfRow(row);
  const { gap, month_end, basis, is_paused: isPaused, ...same } = series;
  return {
    ...same,
    status: series.ended_reason !== null ? 'ended' : isPaused ? 'paused' : 'active',
    sentence: describeRule(parseRule(series.rule), series.time_zone),
    recurrence_basis: basis,
    policies: { gap, month_end },
    current_date: due_date ?? scheduled,
    next_occurrences:
      basis === 'completion'
        ? occurrenceAfterNow(series, scheduled, now)
        : // Only a series from before they were stored lacks them, until the worker comes to it.
          (series.next_occurrences ?? computableOccurrences(series, scheduled)),
  };
}
