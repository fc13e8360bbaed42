import type { CommandContext, RecurringContext } from '../../context.ts';
import { changeSeries } from '../store/change-series.ts';
import { setPaused } from '../store/set-paused.ts';

/**
 * Resumes a paused series: an occurrence that was closed in the meantime gets its successor, an open one its reminders.
 * @throws AppError 404
 */
export function resumeSeries(ctx: RecurringContext, command: CommandContext, id: string): Promise<void> {
  return changeSeries(ctx, command, id, (open) => setPaused(open, false, ctx.ids));
}
