import type { RecurringContext } from '../../context.ts';
import { changeSeries, type CommandRequest } from '../store/change-series.ts';
import { setPaused } from '../store/set-paused.ts';

/** Pauses a series: no successors and no reminders until it is resumed. @throws AppError 404 */
export function pauseSeries(ctx: RecurringContext, request: CommandRequest, id: string): Promise<void> {
  return changeSeries(ctx, request, id, (open) => setPaused(open, true, ctx.ids));
}
