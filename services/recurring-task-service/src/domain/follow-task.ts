import type { RemindedTask } from '@rondo/shared/contracts/reminder-event';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import {
  dateOf,
  isDifferent,
  restartSeries,
  seriesOfTask,
  type SeriesState,
} from '../series/domain/series.ts';
import { createSuccessor, markEnded, note, type Decision, type SeriesDecision } from './decision.ts';
import { isClosed, type FollowedState, type FollowedTask } from './followed-task.ts';

/** Whether an event concerns this service. What it says decides, so that the order of events doesn't matter. */
export function isFollowed({ payload, changed }: TaskEvent): boolean {
  return payload.series_id !== null || payload.reminders.length > 0 || changed.includes('reminders');
}

/**
 * Decides what follows from an event of a task.
 * @returns undefined if the event is not newer than what is known
 */
export function followTask(
  { task: before, series }: { task: FollowedTask | undefined; series: SeriesState | undefined },
  event: TaskEvent,
): Decision | undefined {
  if (before && event.version <= before.version) return undefined;
  const { payload } = event;
  const state = stateOf(event, before?.state);
  const decision: Decision = {
    task: {
      workspace_id: event.workspace_id,
      id: event.task_id,
      version: event.version,
      state,
      series_id: payload.series_id,
      scheduled: before?.scheduled ?? null,
      closed_at:
        state === 'complete' ? payload.completed_at : state === 'skipped' ? payload.deleted_at : null,
      successor_date: before?.successor_date ?? null,
      task: remindedTask(payload),
      reminders: payload.reminders,
    },
    history: [],
  };
  const known = series ?? seriesOfTask(event);
  if (!known) return decision;
  decision.task.scheduled ??= dateOf(payload);
  const ofSeries: SeriesDecision = { ...decision, series: { ...known } };
  if (!series) note(ofSeries, 'started');
  followSeries(ofSeries, before, payload);
  return ofSeries;
}

function stateOf({ event_type: type, payload }: TaskEvent, before: FollowedState | undefined): FollowedState {
  if (payload.status === 'complete') return 'complete';
  if (payload.deleted_at === null) return 'open';
  return type === 'task-skipped' || (type === 'task-purged' && before === 'skipped') ? 'skipped' : 'trashed';
}

function remindedTask({ title, due_date, time_zone, priority, list }: Task): RemindedTask {
  return { title, due_date, time_zone, priority, list };
}

function followSeries(decision: SeriesDecision, before: FollowedTask | undefined, payload: Task): void {
  const { task, series } = decision;
  const wasClosed = before !== undefined && isClosed(before.state);
  const isCurrent = series.current_task_id === task.id;
  if (isCurrent) series.title = payload.title;
  if (isCurrent && task.state === 'open' && !wasClosed) edit(decision, payload);
  if (isCurrent && task.state === 'trashed' && !wasClosed) markEnded(decision, 'deleted');
  if (isClosed(task.state)) {
    if (!wasClosed || before.closed_at !== task.closed_at) close(decision, wasClosed, payload);
  } else if (wasClosed) reopen(decision, before);
}

/** Takes rule, zone and first date of the series from its open occurrence. */
function edit(decision: SeriesDecision, payload: Task): void {
  const { task, series } = decision;
  const { recurrence_rule: rule } = payload;
  if (rule === null) {
    markEnded(decision, 'stopped');
    return;
  }
  const date = dateOf(payload);
  const isEdited = isDifferent(series, payload) || (date.length === 10) !== (series.anchor.length === 10);
  const isFirstMoved = series.done === 0 && date !== task.scheduled;
  if (isEdited || isFirstMoved) {
    decision.series = restartSeries(series, { ...payload, recurrence_rule: rule });
    task.scheduled = date;
    if (isEdited) note(decision, 'edited', rule);
  } else if (series.ended_reason !== null) {
    series.ended_reason = null;
    note(decision, 'restarted');
  }
}

function close(decision: SeriesDecision, wasClosed: boolean, payload: Task): void {
  const { task, series } = decision;
  if (!wasClosed) series.done += 1;
  note(decision, task.state === 'complete' ? 'completed' : 'skipped');
  if (payload.recurrence_rule === null) return;
  if (!series.is_paused) createSuccessor(decision, task.closed_at);
}

/** Reverts `close`: the occurrence is the current one again, and its successor is revoked. */
function reopen(decision: SeriesDecision, before: FollowedTask): void {
  const { task, series } = decision;
  series.done = Math.max(0, series.done - 1);
  series.current_task_id = task.id;
  note(decision, 'reopened');
  if (before.successor_date !== null) decision.successorDate = null;
  task.successor_date = null;
  series.ended_reason = null;
  if (task.state === 'trashed') markEnded(decision, 'deleted');
}
