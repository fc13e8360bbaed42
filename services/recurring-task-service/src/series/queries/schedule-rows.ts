import { sql } from 'kysely';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { parseRule } from '@rondo/recurrence/parse-rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { occurrences } from '@rondo/recurrence/occurrences';
import type { Schedule } from '@rondo/shared/contracts/schedule';
import { seriesOfRow, type SeriesRow } from '../../store/tables.ts';
import { nextDate } from '../domain/next-date.ts';
import { recurrenceOf, type SeriesState } from '../domain/series.ts';

/** A series and the dates of its current task. */
export type ScheduleRow = SeriesRow & { scheduled: string | null; due_date: string | null };

/** The columns of a `ScheduleRow` and their tables. */
export const scheduleRows = sql`
  series.*, current.scheduled, current.task ->> 'due_date' AS due_date FROM recurring_task_service.series
  LEFT JOIN recurring_task_service.tasks current
    ON current.workspace_id = series.workspace_id AND current.id = series.current_task_id`;

/** How many dates after the current one a schedule has. */
const maxNextOccurrences = 5;

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
    next_occurrences: series.ended_reason === null ? nextOccurrences(series, scheduled, now) : [],
  };
}

/** For a series counted from completion, only the date that a completion now would give. */
function nextOccurrences(series: SeriesState, scheduled: string | null, now: Date): string[] {
  if (series.basis === 'completion') {
    const afterCompletion = { ...series, done: series.done + 1 };
    const following = nextDate(afterCompletion, { scheduled, due_date: null }, now.toISOString());
    return 'next' in following ? [following.next] : [];
  }
  try {
    return occurrences(recurrenceOf(series), { after: scheduled, limit: maxNextOccurrences }).toArray();
  } catch (error) {
    if (error instanceof RuleError) return [];
    throw error;
  }
}
