import { sql } from 'kysely';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { parseRule } from '@rondo/recurrence/parse-rule';
import type { Schedule } from '@rondo/shared/contracts/schedule';
import { seriesOfRow, type SeriesRow } from '../../store/tables.ts';
import { zoneOfSeries } from '../domain/series.ts';
import { occurrenceAfterNow, occurrencesForRead } from '../domain/next-occurrences.ts';

/** A series and the dates of its current task. */
export type ScheduleRow = SeriesRow & { scheduled: string | null; due_date: string | null };

/** The columns of a `ScheduleRow` and their tables. */
export const scheduleRows = sql`
  series.*, current.scheduled, current.task ->> 'due_date' AS due_date FROM recurring_task_service.series
  LEFT JOIN recurring_task_service.tasks current
    ON current.workspace_id = series.workspace_id AND current.id = series.current_task_id`;

export function scheduleOf({ scheduled, due_date, ...row }: ScheduleRow, now: Date): Schedule {
  const series = seriesOfRow(row);
  const rule = parseRule(series.rule);
  const { gap, month_end, basis, is_paused: isPaused, ...others } = series;
  const { person_zone: _personZone, version: _version, ...same } = others;
  const status = series.ended_reason !== null ? 'ended' : isPaused ? 'paused' : 'active';
  const nextOccurrences =
    basis === 'completion'
      ? occurrenceAfterNow(series, scheduled, now)
      : // A series lacks them if it is one of many that changed together, until the worker comes to it.
        (series.next_occurrences ?? occurrencesForRead(series, scheduled));
  return {
    ...same,
    parent_task_id: series.id,
    status,
    is_active: status === 'active',
    frequency: rule.frequency.toLowerCase() as Schedule['frequency'],
    sentence: describeRule(rule, zoneOfSeries(series)),
    recurrence_basis: basis,
    policies: { gap, month_end },
    current_date: due_date ?? scheduled,
    next_due_date: nextOccurrences[0] ?? null,
    next_occurrences: nextOccurrences,
  };
}
