import type { Task, TaskDraft, TaskPatch, TaskReplacement } from '@rondo/shared/contracts/task';
import type { TaskEventType } from '@rondo/shared/contracts/task-event';
import { AppError, notFound } from '@rondo/shared/errors';
import { checkContent, checkDates, checkReminders } from './check-content.ts';
import { checkDocumentSize } from './document-size.ts';
import { eventTypeOf } from './event-type.ts';
import {
  movedToZone,
  noZones,
  ruleOfFloating,
  settled,
  withDatesOf,
  type ZonesOfPerson,
} from './floating.ts';
import { recurrenceOf } from './recurrence-fields.ts';
import { rankOfNumber } from './rank.ts';
import { checkSeriesDates, withSeriesDates } from './series-dates.ts';

/** What a command decides: the task after it, and the type of the event that records it. */
export type Change = {
  event_type: TaskEventType;
  /** Absent for a creation. */
  before?: Task;
  after: Task;
  changed: (keyof Task)[];
  /** Made because of the command, not by it: by recurrence. */
  by?: 'recurrence';
  /** Where the person is, if the command doesn't say it, but the series does. */
  personZone?: string | null;
};

export type Creation = {
  id: string;
  workspace_id: string;
  draft: TaskDraft;
  series_id?: string | null;
  /** The last version of a purged task that had the id; its versions continue. 0 without one. */
  purgedAtVersion?: number;
  /** When it was created and completed elsewhere (RFC 3339); only an import has them. The default is now. */
  created_at?: string | null;
  completed_at?: string | null;
};

export type Command =
  | ({ kind: 'create' } & Creation)
  | { kind: 'patch'; patch: TaskPatch }
  | { kind: 'replace'; replacement: TaskReplacement }
  | { kind: 'complete' }
  | { kind: 'reopen' }
  | { kind: 'delete'; scope?: DeletionScope }
  | { kind: 'restore'; toTop: boolean }
  | { kind: 'purge' }
  /** The task gets a place among others. */
  | { kind: 'place'; rank: string; patch: TaskPatch }
  /** The person is in another zone. */
  | { kind: 'move'; zone: string }
  /** The task is from before there were numbers. */
  | { kind: 'number'; number: number }
  /** `toTrash`: the content returns, and the task goes to the trash. */
  | { kind: 'revert'; to: TaskContent; toTrash?: boolean };

/** Whether the deletion of a recurring task ends its series, or only skips the occurrence. */
export type DeletionScope = 'series' | 'occurrence';

/** What a person may write. All other fields are derived or counted. */
export const contentFields = [
  'title',
  'description',
  'status',
  'priority',
  'labels',
  'list',
  'parent_id',
  'start',
  'due_date',
  'time_zone',
  'is_floating',
  'reminders',
  'recurrence_rule',
  'recurrence_basis',
  'exdates',
  'rdates',
  'rank',
] as const satisfies (keyof Task)[];
export type TaskContent = Pick<Task, (typeof contentFields)[number]>;

/**
 * Decides what a command changes in a task; undefined if nothing. `zones`: where the person is, for a floating task.
 * @throws AppError 404 if the task is missing or in the trash, 409 `already-complete`, `not-complete` or `not-deleted`,
 * 422 if the content is inconsistent, or `document-too-large`
 */
export function decide(
  task: Task | undefined,
  command: Command,
  now: Date,
  zones: ZonesOfPerson = noZones,
): Change | undefined {
  if (command.kind === 'create') return decideCreation(command, now, zones);
  if (!task) throw notFound('task');
  const changeTo = (wanted: Task) => changeOf(task, settled(wanted, task, zones), now);
  if (command.kind === 'restore' || command.kind === 'purge')
    return decideInTrash(task, command, now, changeTo);
  if (command.kind === 'revert') {
    const deleted_at = command.toTrash === true ? now.toISOString() : null;
    return changeTo({ ...task, ...pick(command.to), deleted_at });
  }
  if (command.kind === 'number') return numberedTask(task, command.number, now);
  if (task.deleted_at !== null) throw notFound('task');
  switch (command.kind) {
    case 'patch':
      return changeOf(task, withInput(task, command.patch, zones), now);
    case 'place':
      return changeOf(task, { ...withInput(task, command.patch, zones), rank: command.rank }, now);
    case 'replace':
      return changeOf(task, withInput(emptied(task), command.replacement, zones), now);
    case 'complete':
      if (task.status === 'complete')
        throw new AppError('already-complete', 'The task is already complete.', {
          status: 409,
          current: task,
        });
      return changeOf(task, { ...task, status: 'complete' }, now);
    case 'reopen':
      if (task.status !== 'complete')
        throw new AppError('not-complete', 'The task is not complete.', { status: 409, current: task });
      return changeTo({ ...task, status: 'pending' });
    case 'delete':
      return deleted(task, command, now);
    case 'move':
      return changeOf(task, movedToZone(task, command.zone), now);
  }
}

const emptyContent = {
  description: null,
  status: 'pending',
  priority: 4,
  labels: [],
  list: null,
  parent_id: null,
  start: null,
  due_date: null,
  time_zone: null,
  reminders: [],
  reminder_time: null,
  is_recurring: false,
  recurrence_rule: null,
  recurrence_schedule: null,
  recurrence_basis: 'due',
} satisfies Partial<Task>;

function emptied({ is_floating: _floats, exdates: _left, rdates: _added, ...task }: Task): Task {
  return { ...task, ...emptyContent };
}

function numberedTask(before: Task, number: number, now: Date): Change | undefined {
  if (before.number !== undefined) return undefined;
  const place = { number, rank: before.rank ?? rankOfNumber(number) };
  const updated_at = timeOfChange(before, now);
  const after = { ...before, ...place, version: before.version + 1, updated_at };
  return { event_type: 'task-updated', before, after, changed: ['number', 'rank'] };
}

/** A skipped occurrence goes to the trash like any other task; its event says that the series continues. */
function deleted(task: Task, { scope }: Extract<Command, { kind: 'delete' }>, now: Date): Change | undefined {
  const change = changeOf(task, { ...task, deleted_at: now.toISOString() }, now);
  const isSkipped = scope === 'occurrence' && task.is_recurring;
  return change && isSkipped ? { ...change, event_type: 'task-skipped' } : change;
}

/**
 * Decides a creation, which always changes something.
 * @throws AppError 422 if the content is inconsistent, or `document-too-large`
 */
export function decideCreation(
  { id, workspace_id, draft, series_id = null, purgedAtVersion: version = 0, ...past }: Creation,
  now: Date,
  zones: ZonesOfPerson = noZones,
): Change {
  const at = now.toISOString();
  const blank: Task = {
    ...emptyContent,
    id,
    workspace_id,
    version,
    title: draft.title,
    series_id,
    created_at: past.created_at ?? at,
    updated_at: at,
    completed_at: past.completed_at ?? null,
    deleted_at: null,
  };
  const { id: _given, ...input } = draft;
  const after = withDerivedFields(withInput(blank, input, zones), at, blank);
  checkDocumentSize(after);
  return {
    event_type: 'task-created',
    after: { ...after, version: version + 1 },
    changed: contentFields.filter((field) => !isSame(blank[field], after[field])),
  };
}

function decideInTrash(
  task: Task,
  command: Extract<Command, { kind: 'restore' | 'purge' }>,
  now: Date,
  changeTo: (wanted: Task) => Change | undefined,
): Change | undefined {
  if (task.deleted_at === null)
    throw new AppError('not-deleted', 'The task is not in the trash.', { status: 409, current: task });
  if (command.kind === 'restore') {
    const parent_id = command.toTop ? null : task.parent_id;
    return changeTo({ ...task, deleted_at: null, parent_id });
  }
  return {
    event_type: 'task-purged',
    before: task,
    after: { ...task, version: task.version + 1, updated_at: timeOfChange(task, now) },
    changed: [],
  };
}

const dateFields = ['start', 'due_date', 'time_zone'] as const;

/** Applies the given fields; absent fields keep their value (RFC 7396). */
function withInput(task: Task, input: TaskPatch, zones: ZonesOfPerson): Task {
  const { version: _version, history_id: _historyId, ...given } = input;
  const { is_recurring, recurrence_schedule, recurrence_rule, ...fields } = given;
  const merged = withDatesOf(task, { ...fields, title: (fields.title ?? task.title).trim() }, zones);
  const recurrence = recurrenceOf(
    {
      ...(is_recurring === undefined ? {} : { is_recurring }),
      ...(recurrence_schedule === undefined ? {} : { recurrence_schedule }),
      ...(recurrence_rule === undefined ? {} : { recurrence_rule }),
    },
    task,
  );
  const after = {
    ...merged,
    ...recurrence,
    recurrence_rule: ruleOfFloating(recurrence.recurrence_rule, merged),
    labels: [...new Set(merged.labels.map((label) => label.trim()))],
  };
  checkContent(after);
  if (dateFields.some((field) => input[field] !== undefined)) checkDates(after, zones.timeZone);
  if (input.reminders !== undefined) checkReminders(after);
  checkSeriesDates(input, after);
  return after;
}

function changeOf(before: Task, wanted: Task, now: Date): Change | undefined {
  const at = timeOfChange(before, now);
  const after = withDerivedFields(wanted, at, before);
  const changed = ([...contentFields, 'deleted_at'] as const).filter(
    (field) => !isSame(before[field], after[field]),
  );
  if (changed.length === 0) return undefined;
  // A task from before the limit can be deleted.
  if (after.deleted_at === null) checkDocumentSize(after);
  return {
    event_type: eventTypeOf(before, after),
    before,
    after: { ...after, version: before.version + 1, updated_at: at },
    changed,
  };
}

/** A clock that was set back makes no version older than the one before. */
function timeOfChange(before: Task, now: Date): string {
  const at = now.toISOString();
  return before.updated_at > at ? before.updated_at : at;
}

/** Updates the fields that are derived from others. */
function withDerivedFields(wanted: Task, at: string, before: Task): Task {
  const task = withSeriesDates(wanted, before);
  const absolute = task.reminders.find((reminder) => 'at' in reminder);
  const { is_recurring, recurrence_schedule } = recurrenceOf({ recurrence_rule: task.recurrence_rule }, task);
  return {
    ...task,
    is_recurring,
    recurrence_schedule,
    reminder_time: absolute ? absolute.at : null,
    series_id: is_recurring ? (task.series_id ?? task.id) : task.series_id,
    completed_at: task.status === 'complete' ? (task.completed_at ?? at) : null,
  };
}

/** Versions from before there were ranks leave the task where it is. */
function pick({ rank, ...content }: TaskContent): Partial<Task> {
  const fields = contentFields.filter((field) => field !== 'rank');
  return {
    ...Object.fromEntries(fields.map((field) => [field, content[field]])),
    ...(rank === undefined ? {} : { rank }),
  };
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
