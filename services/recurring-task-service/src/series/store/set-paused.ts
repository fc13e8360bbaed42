import type { Ids } from '@rondo/shared/clock';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { createSuccessor, type HistoryEntry, type SeriesDecision } from '../../domain/decision.ts';
import { isClosed } from '../../domain/followed-task.ts';
import { applyDecision } from '../../store/apply-decision.ts';
import type { OpenSeries } from './change-series.ts';

/** Pauses or resumes a series. @returns the commands to Todo; none if nothing changes */
export function setPaused(
  { work, series, current, context }: OpenSeries,
  isPaused: boolean,
  ids: Ids,
): OutgoingMessage[] {
  if (series.is_paused === isPaused) return [];
  const changed = { ...series, is_paused: isPaused, wanted_after: null };
  const kind = isPaused ? 'paused' : 'resumed';
  const history: HistoryEntry[] = [{ kind, task_id: null, date: null, detail: null }];
  if (!current) {
    work.saveSeries({ ...changed, updated_at: context.at });
    work.addHistory(changed, context.at, history);
    return [];
  }
  const decision: SeriesDecision = { task: { ...current }, series: changed, history };
  if (!isPaused && isClosed(current.state) && current.successor_date === null)
    createSuccessor(decision, context.at, work.known(current.workspace_id));
  return applyDecision(work, decision, { ids, context, setAt: Date.parse(context.at) });
}
