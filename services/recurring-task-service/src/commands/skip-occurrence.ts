import { commandMessage } from '../apply-decision.ts';
import type { RecurringContext } from '../tables.ts';
import { changeSeries, openOccurrence, type Asker } from './change-series.ts';

/**
 * Asks Todo to let the open occurrence go; the next one follows as after a completion.
 * @throws AppError 404, 409 `series-ended`, `no-open-occurrence`
 */
export function skipOccurrence(ctx: RecurringContext, asker: Asker, id: string): Promise<void> {
  return changeSeries(ctx, asker, id, (open) => {
    const { workspace_id, id: task_id } = openOccurrence(open);
    const content = { command_type: 'skip-occurrence', workspace_id, task_id } as const;
    return [commandMessage(content, { ids: ctx.ids, cause: open.cause })];
  });
}
