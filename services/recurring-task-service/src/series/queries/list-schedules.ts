import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { PageLimit, PageOffset } from '@rondo/shared/contracts/scalars';
import { ScheduleStatus, type SchedulePage } from '@rondo/shared/contracts/schedule';
import { cutByBytes, withoutCut, type CutColumns } from '@rondo/shared/database/page-bytes';
import { inSlices } from '@rondo/shared/workers/slices';
import type { RecurringContext } from '../../context.ts';
import { scheduleOf, scheduleRows, type ScheduleRow } from './schedule-rows.ts';

export const ScheduleFilter = Type.Object(
  {
    status: Type.Optional(ScheduleStatus),
    is_active: Type.Optional(
      Type.Boolean({ description: 'true: `status` is `active`; false: it is `paused` or `ended`' }),
    ),
    limit: PageLimit,
    offset: PageOffset,
  },
  { additionalProperties: false },
);
type ScheduleFilter = Static<typeof ScheduleFilter>;

/** A schedule's size as JSON, in bytes. Ids, dates, names and the sentence take less than 3,000. */
const size = sql`octet_length(to_json(title)::text) + 2 * octet_length(to_json(rule)::text)
  + octet_length(rdates::text) + octet_length(exdates::text) + 3000`;

/** A page of the series of a workspace, the newest first: at most `limit` and 1 MiB. */
export async function listSchedules(
  ctx: RecurringContext,
  workspaceId: string,
  { status, is_active: isActive, limit, offset }: ScheduleFilter,
): Promise<SchedulePage> {
  const matching = sql`series.workspace_id = ${workspaceId} AND ${hasStatus(status)} AND ${isActiveIs(isActive)}`;
  const series = sql`
    SELECT ${scheduleRows} WHERE ${matching} ORDER BY created_at DESC, series.id DESC LIMIT ${limit} OFFSET ${offset}`;
  const order = sql`created_at DESC, id DESC`;
  const { rows } = await sql<ScheduleRow & CutColumns>`${cutByBytes(series, { order, size })}`.execute(
    ctx.database,
  );
  const counted = await sql<{ total: number }>`
    SELECT count(*) AS total FROM recurring_task_service.series WHERE ${matching}`.execute(ctx.database);
  const now = ctx.clock.now();
  const page: SchedulePage = { schedules: [], total: counted.rows[0]?.total ?? 0 };
  await inSlices(rows, (row) => void page.schedules.push(scheduleOf(withoutCut(row), now)));
  return page;
}

function hasStatus(status: ScheduleFilter['status']) {
  if (status === undefined) return sql`true`;
  if (status === 'ended') return sql`series.ended_reason IS NOT NULL`;
  return sql`series.ended_reason IS NULL AND series.is_paused = ${status === 'paused'}`;
}

function isActiveIs(isActive: boolean | undefined) {
  if (isActive === undefined) return sql`true`;
  return isActive ? hasStatus('active') : sql`(series.ended_reason IS NOT NULL OR series.is_paused)`;
}
