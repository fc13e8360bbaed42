import { applyDecision } from '../apply-decision.ts';
import { giveSuccessor, isLetGo, type SeriesDecision } from '../follow-task.ts';
import type { RecurringContext } from '../tables.ts';
import { changeSeries, type Asker } from './change-series.ts';

/** Holds a series: no successors and no reminders until it is resumed. One that is paused stays so. */
export function pauseSeries(ctx: RecurringContext, asker: Asker, id: string): Promise<void> {
  return setPaused(ctx, asker, id, true);
}

/** Lets a series go on: an occurrence that was let go meanwhile has its successor, an open one its reminders to come. */
export function resumeSeries(ctx: RecurringContext, asker: Asker, id: string): Promise<void> {
  return setPaused(ctx, asker, id, false);
}

function setPaused(ctx: RecurringContext, asker: Asker, id: string, isPaused: boolean): Promise<void> {
  return changeSeries(ctx, asker, id, ({ ledger, series, current, cause }) => {
    if (series.is_paused === isPaused) return [];
    const paused = { ...series, is_paused: isPaused };
    const entry = {
      kind: isPaused ? ('paused' as const) : ('resumed' as const),
      task_id: null,
      date: null,
      detail: null,
    };
    if (!current) {
      ledger.keepSeries({ ...paused, updated_at: cause.at });
      ledger.note(paused, cause.at, [entry]);
      return [];
    }
    const decision: SeriesDecision = { task: { ...current }, series: paused, history: [entry] };
    if (!isPaused && isLetGo(current.state) && current.successor_date === null)
      giveSuccessor(decision, cause.at);
    return applyDecision(ledger, decision, { ids: ctx.ids, cause, setAt: Date.parse(cause.at) });
  });
}
