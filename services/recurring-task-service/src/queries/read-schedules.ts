import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { parseRule } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import {
  ScheduleStatus,
  type Schedule,
  type ScheduleHistoryEntry,
  type SchedulePage,
  type ScheduleWithHistory,
} from '@rondo/shared/contracts/schedule';
import { notFound } from '@rondo/shared/errors';
import { describeRule } from '@rondo/recurrence/describe-rule';
import { occurrences } from '@rondo/recurrence/series';
import { dateAfter, datesOf, type SeriesState } from '../series.ts';
import { seriesOfRow, type RecurringContext, type SeriesRow } from '../tables.ts';

export const ScheduleFilter = Type.Object(
  {
    status: Type.Optional(ScheduleStatus),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
  },
  { additionalProperties: false },
);
type ScheduleFilter = Static<typeof ScheduleFilter>;

type Row = SeriesRow & { scheduled: string | null; due_date: string | null };

/** How many dates after the current one are shown. */
const shownDates = 5;
const shownHistory = 200;

const columns = sql`
  series.*, current.scheduled, current.task ->> 'due_date' AS due_date FROM recurring_task_service.series
  LEFT JOIN recurring_task_service.tasks current
    ON current.workspace_id = series.workspace_id AND current.id = series.current_task_id`;

/** The series of a workspace, the youngest first. */
export async function listSchedules(
  ctx: RecurringContext,
  workspaceId: string,
  { status, limit, offset }: ScheduleFilter,
): Promise<SchedulePage> {
  const matching = sql`series.workspace_id = ${workspaceId} AND ${conditionOf(status)}`;
  const { rows } = await sql<Row>`
    SELECT ${columns} WHERE ${matching} ORDER BY created_at DESC, series.id DESC LIMIT ${limit} OFFSET ${offset}`.execute(
    ctx.database,
  );
  const counted = await sql<{
    total: number;
  }>`SELECT count(*) AS total FROM recurring_task_service.series WHERE ${matching}`.execute(ctx.database);
  const now = ctx.clock.now();
  return { schedules: rows.map((row) => scheduleOf(row, now)), total: counted.rows[0]?.total ?? 0 };
}

/** One series with its history. @throws AppError 404 */
export async function findSchedule(
  ctx: RecurringContext,
  workspaceId: string,
  id: string,
): Promise<ScheduleWithHistory> {
  const { rows } = await sql<Row>`
    SELECT ${columns} WHERE series.workspace_id = ${workspaceId} AND series.id = ${id}`.execute(ctx.database);
  const [row] = rows;
  if (!row) throw notFound('schedule');
  const history = await sql<ScheduleHistoryEntry>`
    SELECT at, kind, task_id, date, detail FROM recurring_task_service.series_history
    WHERE workspace_id = ${workspaceId} AND series_id = ${id} ORDER BY n DESC LIMIT ${shownHistory}`.execute(
    ctx.database,
  );
  return { ...scheduleOf(row, ctx.clock.now()), history: history.rows };
}

function conditionOf(status: ScheduleFilter['status']) {
  if (status === undefined) return sql`true`;
  if (status === 'ended') return sql`series.ended_reason IS NOT NULL`;
  return sql`series.ended_reason IS NULL AND series.is_paused = ${status === 'paused'}`;
}

function scheduleOf({ scheduled, due_date, ...row }: Row, now: Date): Schedule {
  const series = seriesOfRow(row);
  const { gap, month_end, basis, is_paused: isPaused, ...same } = series;
  return {
    ...same,
    status: series.ended_reason !== null ? 'ended' : isPaused ? 'paused' : 'active',
    sentence: describeRule(parseRule(series.rule), series.time_zone),
    recurrence_basis: basis,
    policies: { gap, month_end },
    current_date: due_date ?? scheduled,
    next_occurrences: series.ended_reason === null ? datesToCome(series, scheduled, now) : [],
  };
}

/** Of a series counted from completion, the one date that a completion now would give. */
function datesToCome(series: SeriesState, scheduled: string | null, now: Date): string[] {
  if (series.basis === 'completion') {
    const following = dateAfter(
      { ...series, done: series.done + 1 },
      { scheduled, due_date: null },
      now.toISOString(),
    );
    return 'next' in following ? [following.next] : [];
  }
  try {
    return occurrences(datesOf(series), { after: scheduled, limit: shownDates }).toArray();
  } catch (error) {
    if (error instanceof RuleError) return [];
    throw error;
  }
}
