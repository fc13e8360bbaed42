import type { CommandContext, RecurringContext } from '../../context.ts';
import { commandMessage } from '../../store/command-message.ts';
import { changeSeries, openOccurrence, type SeriesAnswer } from '../store/change-series.ts';

/**
 * Skips the open occurrence by a command to Todo. The next one follows as after a completion.
 * @throws AppError 404, 409 `series-ended`, `no-open-occurrence`
 */
export function skipOccurrence(
  ctx: RecurringContext,
  command: CommandContext,
  id: string,
): Promise<SeriesAnswer> {
  return changeSeries(ctx, command, { id, status: 202 }, (open) => {
    const { workspace_id, id: task_id } = openOccurrence(open);
    const content = { command_type: 'skip-occurrence', workspace_id, task_id } as const;
    return [commandMessage(content, { ids: ctx.ids, context: open.context })];
  });
}
