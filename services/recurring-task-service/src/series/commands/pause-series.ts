import type { CommandContext, RecurringContext } from '../../context.ts';
import { changeSeries } from '../store/change-series.ts';
import { setPaused } from '../store/set-paused.ts';

/** Pauses a series: no successors and no reminders until it is resumed. @throws AppError 404 */
export function pauseSeries(ctx: RecurringContext, command: CommandContext, id: string): Promise<void> {
  return changeSeries(ctx, command, id, (open) => setPaused(open, true, ctx.ids));
}
