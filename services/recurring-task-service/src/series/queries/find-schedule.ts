import { sql } from 'kysely';
import type { ScheduleHistoryEntry, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { notFound } from '@rondo/shared/errors';
import type { RecurringContext } from '../../context.ts';
import { findSeriesId } from './find-series-id.ts';
import { scheduleOf, scheduleRows, type ScheduleRow } from './schedule-rows.ts';

const maxHistory = 200;

/** A series with its history, the latest entry first, by its id or the number of one of its tasks. @throws AppError 404 */
export async function findSchedule(
  ctx: Pick<RecurringContext, 'database' | 'clock'>,
  workspaceId: string,
  reference: string,
): Promise<ScheduleWithHistory> {
  const id = await findSeriesId(ctx.database, workspaceId, reference);
  const { rows } = await sql<ScheduleRow>`
    SELECT ${scheduleRows} WHERE series.workspace_id = ${workspaceId} AND series.id = ${id}`.execute(
    ctx.database,
  );
  const [row] = rows;
  if (!row) throw notFound('schedule');
  const history = await sql<ScheduleHistoryEntry>`
    SELECT at, kind, task_id, date, detail FROM recurring_task_service.series_history
    WHERE workspace_id = ${workspaceId} AND series_id = ${id} ORDER BY n DESC LIMIT ${maxHistory}`.execute(
    ctx.database,
  );
  return { ...scheduleOf(row, ctx.clock.now()), history: history.rows };
}
