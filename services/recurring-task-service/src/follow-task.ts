import type { RemindedTask } from '@rondo/shared/contracts/reminder-event';
import type { ScheduleHistoryEntry } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import {
  beginSeries,
  dateAfter,
  dateOf,
  saysOtherwise,
  type EndedReason,
  type SeriesState,
} from './series.ts';

/** How a task stands to its series: `complete` and `skipped` occurrences were let go, a `trashed` one took the series along. */
export type FollowedState = 'open' | 'complete' | 'skipped' | 'trashed';

/** What is known of a task that recurs or reminds. Version 0: its creation was commanded, and has not been heard of yet. */
export type FollowedTask = {
  workspace_id: string;
  id: string;
  version: number;
  state: FollowedState;
  series_id: string | null;
  /** Its own date in the series, which stays when a person moves the task. */
  scheduled: string | null;
  /** When it was let go. */
  closed_at: string | null;
  /** The date that its successor was given. */
  successor_date: string | null;
  task: RemindedTask;
  reminders: Task['reminders'];
};

/** What is noted of a series, whenever it happened. */
export type HistoryEntry = Omit<ScheduleHistoryEntry, 'at'>;

/** What follows from an event. */
export type Decision = {
  task: FollowedTask;
  series?: SeriesState;
  /** The date at which the task is to have its successor; null: what it had is to be taken back. */
  successor_date?: string | null;
  history: HistoryEntry[];
};

/** What follows for a task of a series. */
export type SeriesDecision = Decision & { series: SeriesState };

/** Whether an event can matter here, by what it says alone: no later event can make it matter. */
export function isFollowed({ payload, changed }: TaskEvent): boolean {
  return payload.series_id !== null || payload.reminders.length > 0 || changed.includes('reminders');
}

/** What an event of a task makes of what is known; undefined for one that is older than what is known. */
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
      task: remindedOf(payload),
      reminders: payload.reminders,
    },
    history: [],
  };
  const known = series ?? seriesBegunBy(event);
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

function remindedOf({ title, due_date, time_zone, priority, list }: Task): RemindedTask {
  return { title, due_date, time_zone, priority, list };
}

function seriesBegunBy({ payload, workspace_id, task_id, timestamp }: TaskEvent): SeriesState | undefined {
  const { series_id: id, recurrence_rule: rule } = payload;
  if (id === null || rule === null) return undefined;
  const blank: SeriesState = {
    workspace_id,
    id,
    title: payload.title,
    rule,
    anchor: '',
    time_zone: null,
    basis: 'due',
    rdates: [],
    exdates: [],
    gap: 'shift',
    month_end: 'clamp',
    overdue: 'next',
    is_paused: false,
    done: 0,
    current_task_id: task_id,
    ended_reason: null,
    created_at: timestamp,
    updated_at: timestamp,
  };
  return beginSeries(blank, { ...payload, recurrence_rule: rule });
}

function followSeries(decision: SeriesDecision, before: FollowedTask | undefined, payload: Task): void {
  const { task, series } = decision;
  const wasLetGo = before !== undefined && isLetGo(before.state);
  const isCurrent = series.current_task_id === task.id;
  if (isCurrent) series.title = payload.title;
  if (isCurrent && task.state === 'open' && !wasLetGo) edit(decision, payload);
  if (isCurrent && task.state === 'trashed' && !wasLetGo) end(decision, 'deleted');
  if (isLetGo(task.state)) {
    if (!wasLetGo || before.closed_at !== task.closed_at) letGo(decision, before, payload);
  } else if (wasLetGo) takeBack(decision, before);
}

/** The open occurrence says what the series is. */
function edit(decision: SeriesDecision, payload: Task): void {
  const { task, series } = decision;
  const { recurrence_rule: rule } = payload;
  if (rule === null) {
    end(decision, 'stopped');
    return;
  }
  const date = dateOf(payload);
  const isOther = saysOtherwise(series, payload);
  const isOtherKind = (date.length === 10) !== (series.anchor.length === 10);
  const isMovedFirst = series.done === 0 && date !== task.scheduled;
  if (isOther || isOtherKind || isMovedFirst) {
    decision.series = beginSeries(series, { ...payload, recurrence_rule: rule });
    task.scheduled = date;
    if (isOther || isOtherKind) note(decision, 'edited', rule);
  } else if (series.ended_reason !== null) {
    series.ended_reason = null;
    note(decision, 'restarted');
  }
}

function letGo(decision: SeriesDecision, before: FollowedTask | undefined, payload: Task): void {
  const { task, series } = decision;
  if (!before || !isLetGo(before.state)) series.done += 1;
  note(decision, task.state === 'complete' ? 'completed' : 'skipped');
  if (payload.recurrence_rule === null) return;
  if (!series.is_paused) giveSuccessor(decision, task.closed_at);
}

/**
 * Asks for the successor of an occurrence that was let go, or ends the series where no date follows.
 * @param passedAt up to when dates have passed: when it was let go, or when a pause after that ended
 */
export function giveSuccessor(decision: SeriesDecision, passedAt: string | null): void {
  const { task, series } = decision;
  if (passedAt === null) return;
  const following = dateAfter(series, { scheduled: task.scheduled, due_date: task.task.due_date }, passedAt);
  if ('ended' in following) {
    if (task.successor_date !== null) {
      decision.successor_date = null;
      task.successor_date = null;
      series.current_task_id = task.id;
    }
    end(decision, following.ended);
    return;
  }
  task.successor_date = following.next;
  if (series.current_task_id === task.id) series.current_task_id = successorIdOf(task.id);
  decision.successor_date = following.next;
}

function takeBack(decision: SeriesDecision, before: FollowedTask): void {
  const { task, series } = decision;
  series.done = Math.max(0, series.done - 1);
  series.current_task_id = task.id;
  note(decision, 'reopened');
  if (before.successor_date !== null) decision.successor_date = null;
  task.successor_date = null;
  series.ended_reason = null;
  if (task.state === 'trashed') end(decision, 'deleted');
}

function end(decision: SeriesDecision, reason: EndedReason): void {
  if (decision.series.ended_reason === reason) return;
  decision.series.ended_reason = reason;
  note(decision, 'ended', reason);
}

function note(decision: Decision, kind: HistoryEntry['kind'], detail: string | null = null): void {
  const { id, scheduled } = decision.task;
  decision.history.push({ kind, task_id: id, date: scheduled, detail });
}

export function isLetGo(state: FollowedState): boolean {
  return state === 'complete' || state === 'skipped';
}
