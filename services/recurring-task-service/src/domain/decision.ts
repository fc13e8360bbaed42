import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { ScheduleHistoryEntry } from '@rondo/shared/contracts/schedule';
import type { ComputationOptions } from '@rondo/recurrence/occurrences';
import { maxStepsAtOnce, nextDate } from '../series/domain/next-date.ts';
import type { EndedReason, SeriesState } from '../series/domain/series.ts';
import { asClockOf, floatingOf } from './floating.ts';
import { isClosed, type FollowedTask } from './followed-task.ts';

/** What is known of a workspace, by id. */
export type Known = {
  task: (id: string) => FollowedTask | undefined;
  series: (id: string) => SeriesState | undefined;
  /** The id of the last of the closed occurrences that follow a closed one; its own, as far as that isn't known. */
  lastOfRun: (id: string) => string;
  /** The zone of the person's settings. */
  personZone: string | null;
};

/** An entry of the history of a series, without its time. */
export type HistoryEntry = Omit<ScheduleHistoryEntry, 'at'>;

/** A command to Todo about the task that follows an occurrence. */
export type SuccessorDecision =
  | { kind: 'create'; of: FollowedTask; date: string }
  /** `id`: the task to revoke because `of` is open. */
  | { kind: 'revoke'; of: FollowedTask; id: string };

/** What follows from an event or a command. */
export type Decision = {
  task: FollowedTask;
  series?: SeriesState;
  successor?: SuccessorDecision;
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
  decision.series.wanted_after = null;
  note(decision, 'ended', reason);
}

/**
 * Decides on what follows a closed occurrence, or ends the series if no date follows. An earlier occurrence that is closed
 * again has later ones that are closed already: the successor of the last of them follows then.
 * A date that takes long is left to a worker, which computes those of one person after the other.
 * @param passedAt dates up to here have passed: when the occurrence was closed, or when a pause after that ended
 */
export function createSuccessor(
  decision: SeriesDecision,
  passedAt: string | null,
  known: Known,
  options: ComputationOptions = { maxSteps: maxStepsAtOnce },
): void {
  const { task, series } = decision;
  if (passedAt === null || followsParent(task, known)) return;
  const last = lastClosed(task, known);
  const nextId = successorIdOf(last.id);
  const next = known.task(nextId);
  // The series has another open occurrence, or the successor came with a parent and has a series of its own.
  if (![task.id, last.id, nextId].includes(series.current_task_id)) return;
  if (next && next.series_id !== series.id) return;
  // What was closed before the person moved has its dates in the zone before.
  const closed = floatingOf(last);
  const dates = {
    scheduled: asClockOf(last.scheduled, closed, series),
    due_date: asClockOf(last.task.due_date, closed, series),
  };
  const passed = laterOf(passedAt, last.closed_at);
  const following = nextDate(series, dates, passed, options);
  if ('costly' in following) {
    series.wanted_after = passed;
    series.current_task_id = last.id;
    return;
  }
  series.wanted_after = null;
  if ('ended' in following) {
    if (last.successor_date !== null) decision.successor = { kind: 'revoke', of: last, id: nextId };
    last.successor_date = null;
    series.current_task_id = last.id;
    markEnded(decision, following.ended);
    return;
  }
  last.successor_date = following.next;
  series.current_task_id = nextId;
  decision.successor = { kind: 'create', of: last, date: following.next };
  // Todo doesn't return what a person deleted. If recurrence took it back, its next event restarts the series.
  if (next?.state === 'trashed') markEnded(decision, 'deleted');
}

/** Whether the successor of the task's parent brings the next occurrence: the parent is the open one of its series. */
function followsParent({ parent_id: parentId }: FollowedTask, known: Known): boolean {
  const parent = parentId === null ? undefined : known.task(parentId);
  if (parent?.state !== 'open' || parent.series_id === null) return false;
  return known.series(parent.series_id)?.ended_reason === null;
}

/** The last of the closed occurrences that follow each other from this one. */
function lastClosed(task: FollowedTask, known: Known): FollowedTask {
  for (let last = task; ;) {
    const next = known.task(successorIdOf(last.id));
    if (!next || !isClosed(next.state) || next.series_id !== task.series_id) return last;
    last = { ...(known.task(known.lastOfRun(next.id)) ?? next) };
  }
}

function laterOf(left: string, right: string | null): string {
  return right !== null && Date.parse(right) > Date.parse(left) ? right : left;
}
