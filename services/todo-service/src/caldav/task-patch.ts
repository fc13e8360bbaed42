import type { Reminder, Task, TaskDraft, TaskPatch } from '@rondo/shared/contracts/task';
import { sortedDates } from '../domain/series-dates.ts';
import { calendarNames } from '../icalendar/names.ts';
import { ruleName } from '../icalendar/text.ts';
import type { GivenObject } from './read-object.ts';

/**
 * What a client changed: the fields in which what it put differs from what it was shown. A field that iCalendar or the client
 * can't express stays as it is.
 */
export function patchOf(task: Task, shown: GivenObject, given: GivenObject): TaskPatch {
  return {
    ...changedText(shown.draft, given.draft),
    ...changedStatus(task, shown, given),
    ...changedNames(task, shown.draft, given),
    ...changedDates(task, shown, given),
    ...changedReminders(shown.draft, given.draft),
    ...changedRule(task, shown.draft, given),
    ...changedSeriesDates(task, shown.draft, given.draft),
  };
}

/** A complete task is shown without its series, and one that ends its series has no dates of it. */
function changedSeriesDates(task: Task, shown: TaskDraft, given: TaskDraft): TaskPatch {
  if (!given.recurrence_rule) return {};
  const patch: TaskPatch = {};
  for (const field of ['exdates', 'rdates'] as const) {
    const dates = given[field] ?? [];
    const isKnown = areSameDates(dates, shown[field]) || areSameDates(dates, task[field]);
    if (!isKnown) patch[field] = dates;
  }
  return patch;
}

function areSameDates(left: string[], right: string[] = []): boolean {
  const [one, other] = [sortedDates(left), sortedDates(right)];
  return one.length === other.length && one.every((date, index) => isSameDate(date, other[index] ?? null));
}

function changedText(shown: TaskDraft, given: TaskDraft): TaskPatch {
  const [before, after] = [shown.description ?? null, given.description ?? null];
  return {
    ...(given.title === shown.title ? {} : { title: given.title }),
    ...(after === before ? {} : { description: after }),
    ...(given.priority === shown.priority ? {} : { priority: given.priority ?? 4 }),
  };
}

/** A client that writes no STATUS does not say whether an open task was begun. */
function changedStatus(task: Task, shown: GivenObject, given: GivenObject): TaskPatch {
  const status = given.draft.status ?? 'pending';
  if (status === (shown.draft.status ?? 'pending')) return {};
  if (!given.names.has('status') && status !== 'complete' && task.status !== 'complete') return {};
  return { status };
}

/** The list is also written as a category, for clients that don't know lists. They can't take a task off its list. */
function changedNames(task: Task, shown: TaskDraft, { draft: given, names }: GivenObject): TaskPatch {
  const knowsList = names.has(calendarNames.list);
  const labels = (given.labels ?? []).filter((label) => knowsList || label !== task.list);
  const before = new Set(shown.labels);
  const isSame = labels.length === before.size && labels.every((label) => before.has(label));
  const list = given.list ?? null;
  return {
    ...(isSame ? {} : { labels }),
    ...(knowsList && list !== (shown.list ?? null) ? { list } : {}),
  };
}

function changedDates(
  task: Task,
  { draft: shown, names: known }: GivenObject,
  given: GivenObject,
): TaskPatch {
  const { start = null, due_date: due = null, time_zone: zone = null } = given.draft;
  const isDueSame = isSameDate(shown.due_date ?? null, due);
  const isStartSame =
    isSameDate(shown.start ?? null, start) ||
    // A client that doesn't know the property for the start of a series shows nothing of it.
    (start === null && known.has(calendarNames.start) && !given.names.has(calendarNames.start)) ||
    // The DTSTART of a series is its anchor. Some clients move only DUE.
    (isAnchored(shown, known) && given.names.has(ruleName) && isSameDate(shown.due_date ?? null, start));
  const dates = {
    ...(isDueSame ? {} : { due_date: due }),
    ...(isStartSame ? {} : { start }),
  };
  if (given.draft.is_floating === true) {
    const isChanged = !isDueSame || !isStartSame || task.is_floating !== true;
    return isChanged ? { ...dates, time_zone: zone, is_floating: true } : {};
  }
  // A time in UTC says an instant, and nothing about the zone of the task.
  if (zone === null) return dates;
  const isZoneSame = task.is_floating !== true && (zone === shown.time_zone || zone === task.time_zone);
  return isZoneSame ? dates : { ...dates, time_zone: zone };
}

function isAnchored({ start = null }: TaskDraft, names: ReadonlySet<string>): boolean {
  return start === null && names.has(ruleName);
}

/** Whether two dates are the same day or the same instant, in whatever zone they are written. */
function isSameDate(left: string | null, right: string | null): boolean {
  if (left === right) return true;
  if (left === null || right === null || left.length === 10 || right.length === 10) return false;
  return Date.parse(left) === Date.parse(right);
}

function changedReminders({ reminders: shown = [] }: TaskDraft, given: TaskDraft): TaskPatch {
  const { reminders = [] } = given;
  return keysOf(shown) === keysOf(reminders) ? {} : { reminders };
}

function keysOf(reminders: Reminder[]): string {
  return reminders
    .map((reminder) => JSON.stringify(reminder))
    .toSorted()
    .join(' ');
}

/** A complete task is shown without its rule. */
function changedRule(task: Task, shown: TaskDraft, { draft, names }: GivenObject): TaskPatch {
  const [before, rule] = [shown.recurrence_rule ?? null, draft.recurrence_rule ?? null];
  const isChanged = rule !== before && rule !== task.recurrence_rule;
  const basis = draft.recurrence_basis ?? 'due';
  return {
    ...(isChanged ? { recurrence_rule: rule } : {}),
    ...(names.has(calendarNames.basis) && basis !== task.recurrence_basis ? { recurrence_basis: basis } : {}),
  };
}
