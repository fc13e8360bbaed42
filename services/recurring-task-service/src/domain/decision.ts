import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { ScheduleHistoryEntry } from '@rondo/shared/contracts/schedule';
import { nextDate } from '../series/domain/next-date.ts';
import type { EndedReason, SeriesState } from '../series/domain/series.ts';
import type { FollowedTask } from './followed-task.ts';

/** An entry of the history of a series, without its time. */
export type HistoryEntry = Omit<ScheduleHistoryEntry, 'at'>;

/** What follows from an event or a command. */
export type Decision = {
  task: FollowedTask;
  series?: SeriesState;
  /** The date to create the successor of the task for. Null: revoke the successor. Absent: change nothing. */
  successorDate?: string | null;
  history: HistoryEntry[];
};

/** A decision about a task of a series. */
export type SeriesDecision = Decision & { series: SeriesState };

/** Adds an entry to the history of the series. */
export function note(decision: Decision, kind: HistoryEntry['kind'], detail: string | null = null): void {
  const { id, scheduled } = decision.task;
  decision.history.push({ kind, task_id: id, date: scheduled, detail });
}

export function markEnded(decision: SeriesDecision, reason: EndedReason): void {
  if (decision.series.ended_reason === reason) return;
  decision.series.ended_reason = reason;
  note(decision, 'ended', reason);
}

/**
 * Decides on the successor of a closed occurrence, or ends the series if no date follows.
 * @param passedAt dates up to here have passed: when the occurrence was closed, or when a pause after that ended
 */
export function createSuccessor(decision: SeriesDecision, passedAt: string | null): void {
  const { task, series } = decision;
  if (passedAt === null) return;
  const following = nextDate(series, { scheduled: task.scheduled, due_date: task.task.due_date }, passedAt);
  if ('ended' in following) {
    if (task.successor_date !== null) {
      decision.successorDate = null;
      task.successor_date = null;
      series.current_task_id = task.id;
    }
    markEnded(decision, following.ended);
    return;
  }
  task.successor_date = following.next;
  if (series.current_task_id === task.id) series.current_task_id = successorIdOf(task.id);
  decision.successorDate = following.next;
}
