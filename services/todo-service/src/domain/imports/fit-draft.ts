import { Compile } from 'typebox/compile';
import { TaskDraft } from '@rondo/shared/contracts/task';
import { isTimeZone } from '@rondo/time/zone';
import { isStartAfterDue } from '../start-and-due.ts';
import { visible } from '../visible.ts';

export const limits = { title: 255, description: 20_000, list: 100, label: 60, labels: 50, reminders: 20 };
export const untitled = 'Untitled';

const taskDraft = Compile(TaskDraft);
/** Other apps have an inbox that is a list; here it is the tasks without one. */
const inbox = /^inbox$/i;

/** What an app says of a task: texts that may be too long, and the parts of its description. */
export type Found = Omit<TaskDraft, 'id' | 'parent_id' | 'description'> & { texts?: string[] };

/**
 * Makes a draft of what an app says of a task. What doesn't fit is cut, with a note, and a title that is too long is repeated in the
 * description.
 * @param zone the person's
 */
export function fitDraft(found: Found, zone: string, addNote: (note: string) => void): TaskDraft {
  const { title: given, texts = [], labels = [], list, ...fields } = found;
  const wholeTitle = visible(storable(given).replaceAll(/\s+/g, ' ').trim()) ?? untitled;
  const title = shortened(wholeTitle, limits.title, 'its title', addNote);
  const description = [
    ...(title === wholeTitle ? [] : [wholeTitle]),
    ...texts.map((text) => storable(text).trim()),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
  const listName = list == null || inbox.test(list.trim()) ? undefined : visible(storable(list).trim());
  return {
    ...withPossibleDates(fields, zone, addNote),
    title,
    ...(description === ''
      ? {}
      : { description: shortened(description, limits.description, 'its description', addNote) }),
    ...(listName === undefined ? {} : { list: shortened(listName, limits.list, 'its list', addNote) }),
    ...labelsOf(labels, addNote),
  };
}

/** Text that can be stored: without NUL and lone surrogates, and with plain line breaks. */
function storable(text: string): string {
  if (text.isWellFormed() && !/[\0\r]/.test(text)) return text;
  return text.toWellFormed().replaceAll('\0', '').replaceAll(/\r\n?/g, '\n');
}

function labelsOf(names: string[], addNote: (note: string) => void): Pick<TaskDraft, 'labels'> {
  const labels = new Set(
    names
      .map((name) => storable(name).trim())
      .filter((name) => visible(name) !== undefined)
      .map((name) => shortened(name, limits.label, 'a label', addNote).trim()),
  );
  if (labels.size === 0) return {};
  if (labels.size > limits.labels)
    addNote(`only the first ${limits.labels} of ${labels.size} labels were imported`);
  return { labels: [...labels].slice(0, limits.labels) };
}

type Dates = Pick<
  TaskDraft,
  | 'status'
  | 'start'
  | 'due_date'
  | 'time_zone'
  | 'reminders'
  | 'recurrence_rule'
  | 'recurrence_basis'
  | 'exdates'
  | 'rdates'
>;

/**
 * Leaves out what contradicts the rest. A completed task doesn't recur.
 * @param zone the person's
 */
export function withPossibleDates<Fields extends Dates>(
  fields: Fields,
  zone: string,
  addNote: (note: string) => void,
): Fields {
  const { start, reminders, recurrence_rule, recurrence_basis, exdates, rdates, ...rest } = fields;
  const { due_date: due = null, time_zone = null, status } = rest;
  const isLate = isStartAfterDue({ start: start ?? null, due_date: due, time_zone }, zone);
  if (isLate) addNote('its start is after its due date, and was left out');
  const possible = (reminders ?? []).filter((reminder) => 'at' in reminder || due !== null);
  if (possible.length < (reminders?.length ?? 0))
    addNote('a reminder before its due date was left out: it has none');
  if (possible.length > limits.reminders)
    addNote(`only the first ${limits.reminders} of ${possible.length} reminders were imported`);
  const recurs = recurrence_rule != null && status !== 'complete';
  const series = {
    recurrence_rule,
    ...(recurrence_basis === undefined ? {} : { recurrence_basis }),
    ...(exdates ? { exdates } : {}),
    ...(rdates ? { rdates } : {}),
  };
  return {
    ...rest,
    ...(start != null && !isLate ? { start } : {}),
    ...(possible.length > 0 ? { reminders: possible.slice(0, limits.reminders) } : {}),
    ...(recurs ? series : {}),
  } as Fields;
}

/** Why something can't be the draft of a task; undefined if it can. */
export function faultOfDraft(draft: unknown): string | undefined {
  if (taskDraft.Check(draft))
    return draft.time_zone == null || isTimeZone(draft.time_zone) ? undefined : 'its time_zone is unknown';
  const [error] = taskDraft.Errors(draft);
  return error && `its ${error.instancePath.slice(1)} ${error.message}`;
}

/** Cuts text to at most `max` UTF-16 code units, never inside a surrogate pair. */
export function shortened(text: string, max: number, what: string, addNote: (note: string) => void): string {
  if (text.length <= max) return text;
  addNote(`${what} was cut to ${max} characters`);
  // A copy: a part of a text keeps all of it in memory.
  return Buffer.from(text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '')).toString();
}
