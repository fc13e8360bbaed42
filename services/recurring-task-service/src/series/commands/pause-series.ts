import type { CommandContext, RecurringContext } from '../../context.ts';
import { changeSeries, type SeriesAnswer } from '../store/change-series.ts';
import { setPaused } from '../store/set-paused.ts';

/** Pauses a series: no successors and no reminders until it is resumed. @throws AppError 404 */
export function pauseSeries(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
): Promise<SeriesAnswer> {
  return changeSeries(ctx, command, { id, status: 200 }, (open) => setPaused(open, true, ctx.ids));
}
