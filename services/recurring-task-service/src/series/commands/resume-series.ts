import type { CommandContext, RecurringContext } from '../../context.ts';
import { changeSeries, type SeriesAnswer } from '../store/change-series.ts';
import { setPaused } from '../store/set-paused.ts';

/**
 * Resumes a paused series: an occurrence that was closed in the meantime gets its successor, an open one its reminders.
 * @throws AppError 404
 */
export function resumeSeries(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
): Promise<SeriesAnswer> {
  return changeSeries(ctx, command, { id, status: 200 }, (open) => setPaused(open, false, ctx.ids));
}
