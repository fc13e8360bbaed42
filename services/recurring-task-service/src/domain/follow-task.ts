import type { RemindedTask } from '@rondo/shared/contracts/reminder-event';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Task } from '@rondo/shared/contracts/task';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { zoneOfPerson } from '@rondo/shared/zone-of-person';
import {
  dateOf,
  isDifferent,
  movedSeries,
  restartSeries,
  seriesOfTask,
  withDatesOf,
  type SeriesState,
} from '../series/domain/series.ts';
import {
  createSuccessor,
  markEnded,
  note,
  type Decision,
  type Known,
  type SeriesDecision,
} from './decision.ts';
import { asClockOf, zoneMovedTo } from './floating.ts';
import { isClosed, isInTrash, type FollowedState, type FollowedTask } from './followed-task.ts';

/** Whether an event concerns this service. What it says decides, so that the order of events doesn't matter. */
export function isFollowed({ payload, changed }: TaskEvent): boolean {
  return payload.series_id !== null || payload.reminders.length > 0 || changed.includes('reminders');
}

/**
 * Decides what follows from an event of a task.
 * @returns undefined if the event is not newer than what is known
 */
export function followTask(known: Known, event: TaskEvent): Decision | undefined {
  const before = known.task(event.task_id);
  const { payload } = event;
  const stored = payload.series_id === null ? undefined : known.series(payload.series_id);
  if (before && event.version <= before.version) return withLateDates({ before, stored }, event);
  const state = stateOf(event, before?.state);
  const decision: Decision = {
    task: {
      workspace_id: event.workspace_id,
      id: event.task_id,
      version: event.version,
      number: payload.number ?? before?.number ?? null,
      state,
      series_id: payload.series_id,
      parent_id: payload.parent_id,
      follows_id: before?.follows_id ?? null,
      scheduled: before?.scheduled ?? null,
      closed_at:
        state === 'complete' ? payload.completed_at : state === 'skipped' ? payload.deleted_at : null,
      successor_date: before?.successor_date ?? null,
      is_floating: payload.is_floating === true,
      person_zone: zoneOfPerson(known.personZone, event.time_zone ?? before?.person_zone ?? null),
      task: remindedTask(payload),
      reminders: payload.reminders,
    },
    history: [],
  };
  const series = stored ?? seriesOfTask(event, decision.task.person_zone);
  if (!series) return decision;
  decision.task.scheduled ??= dateOf({ ...payload, person_zone: decision.task.person_zone });
  const ofSeries: SeriesDecision = { ...decision, series: { ...series } };
  if (!stored) note(ofSeries, 'started');
  followSeries(ofSeries, { before, event, known });
  return ofSeries;
}

/** The event that gives a series its dates may come after a later one that began the series without them. */
function withLateDates(
  { before, stored }: { before: FollowedTask; stored: SeriesState | undefined },
  { series: dates, timestamp }: TaskEvent,
): Decision | undefined {
  if (!dates || !stored || Date.parse(stored.created_at) <= Date.parse(timestamp)) return undefined;
  return { task: before, series: { ...stored, ...dates, created_at: timestamp }, history: [] };
}

/** What changes a task that stays in the trash, such as its number, does not say how it came there. */
function stateOf(
  { event_type: type, payload, actor, changed }: TaskEvent,
  before: FollowedState | undefined,
): FollowedState {
  if (payload.status === 'complete') return 'complete';
  if (payload.deleted_at === null) return 'open';
  if (type === 'task-skipped') return 'skipped';
  if (type === 'task-purged') return before === 'skipped' || before === 'revoked' ? before : 'trashed';
  if (!changed.includes('deleted_at') && before !== undefined && isInTrash(before)) return before;
  return actor.source === 'recurrence' ? 'revoked' : 'trashed';
}

function remindedTask({ title, due_date, time_zone, priority, list }: Task): RemindedTask {
  return { title, due_date, time_zone, priority, list };
}

type Following = { before: FollowedTask | undefined; event: TaskEvent; known: Known };

function followSeries(decision: SeriesDecision, following: Following): void {
  const { task, series } = decision;
  const { before, event, known } = following;
  const { payload } = event;
  const wasClosed = before !== undefined && isClosed(before.state);
  if (task.state === 'open' && !wasClosed) succeed(decision);
  if (task.state === 'open' && before?.state === 'trashed') becomeCurrent(decision, known);
  const isCurrent = series.current_task_id === task.id;
  if (isCurrent) series.title = payload.title;
  // Dates without a time stay where they are: the zone only says which day it is.
  if (isCurrent && series.anchor.length === 10) series.person_zone = task.person_zone;
  if (isCurrent && task.state === 'open' && !wasClosed) edit(decision, following);
  if (isCurrent && task.state === 'trashed' && !wasClosed) markEnded(decision, 'deleted');
  if (isCurrent && task.state === 'revoked' && task.follows_id !== null)
    series.current_task_id = task.follows_id;
  if (isClosed(task.state)) {
    if (!wasClosed || before.closed_at !== task.closed_at) close(decision, wasClosed, { payload, known });
  } else if (wasClosed) {
    reopen(decision, known);
    if (task.state === 'open') move(decision, payload);
  }
}

/** A successor that came with its parent was not commanded: it becomes the current occurrence when it is there. */
function succeed({ task, series }: SeriesDecision): void {
  if (task.id !== successorIdOf(series.current_task_id)) return;
  task.follows_id = series.current_task_id;
  series.current_task_id = task.id;
}

/** Moves the series with its open occurrence: its dates are wall clock. */
function move(decision: SeriesDecision, { time_zone }: Task): void {
  const { task, series } = decision;
  const { is_floating } = task;
  const zone = zoneMovedTo(series, { is_floating, time_zone });
  task.scheduled = asClockOf(task.scheduled, series, { is_floating, time_zone });
  decision.series = { ...(zone === null ? series : movedSeries(series, zone)), is_floating };
}

/** Takes rule, zone, first date and dates of the series from its open occurrence. */
function edit(decision: SeriesDecision, { before, event }: Following): void {
  const { payload } = event;
  move(decision, payload);
  const { task, series: moved } = decision;
  if (saysDates(event, before)) decision.series = withDatesOf(moved, payload);
  const { series } = decision;
  const hasOtherDates = JSON.stringify(datesIn(moved)) !== JSON.stringify(datesIn(series));
  const { recurrence_rule: rule } = payload;
  if (rule === null) {
    markEnded(decision, 'stopped');
    return;
  }
  const date = dateOf({ ...payload, person_zone: task.person_zone });
  const isEdited = isDifferent(series, payload) || (date.length === 10) !== (series.anchor.length === 10);
  const isFirstMoved = series.done === 0 && date !== task.scheduled;
  if (isEdited || isFirstMoved) {
    const restarted = { ...payload, recurrence_rule: rule, person_zone: task.person_zone };
    decision.series = restartSeries(series, restarted);
    task.scheduled = date;
  } else if (series.ended_reason !== null) {
    series.ended_reason = null;
    note(decision, 'restarted');
  }
  if (isEdited || hasOtherDates) note(decision, 'edited', rule);
}

const datesIn = ({ exdates, rdates }: SeriesState) => [exdates, rdates];

/**
 * Whether an event says which dates its series leaves out and adds: it changed them, or an event that may have done so is missing.
 * The dates of an earlier occurrence that was reopened are not those of the series.
 */
function saysDates({ changed, version }: TaskEvent, before: FollowedTask | undefined): boolean {
  return changed.includes('exdates') || changed.includes('rdates') || (before?.version ?? 0) + 1 < version;
}

function close(
  decision: SeriesDecision,
  wasClosed: boolean,
  { payload, known }: { payload: Task; known: Known },
): void {
  const { task, series } = decision;
  if (!wasClosed) series.done += 1;
  note(decision, task.state === 'complete' ? 'completed' : 'skipped');
  if (payload.recurrence_rule === null) return;
  if (!series.is_paused) createSuccessor(decision, task.closed_at, known);
}

/**
 * Makes an occurrence that is open again the current one. Todo has revoked a later open one; one that it creates in this moment is
 * revoked.
 */
function becomeCurrent(decision: SeriesDecision, known: Known): void {
  const { task, series } = decision;
  const later = series.current_task_id;
  series.wanted_after = null;
  if (later === task.id) return;
  series.current_task_id = task.id;
  if (!isClosed(known.task(later)?.state ?? 'open'))
    decision.successor = { kind: 'revoke', of: task, id: later };
}

/** Reverts `close`: the occurrence is the current one again. */
function reopen(decision: SeriesDecision, known: Known): void {
  const { task, series } = decision;
  becomeCurrent(decision, known);
  series.done = Math.max(0, series.done - 1);
  note(decision, 'reopened');
  task.successor_date = null;
  series.ended_reason = null;
  if (task.state === 'trashed') markEnded(decision, 'deleted');
}
