import { Compile } from 'typebox/compile';
import { TaskDraft } from '@rondo/shared/contracts/task';
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
 * description. A completed task doesn't recur.
 */
export function fitDraft(found: Found, addNote: (note: string) => void): TaskDraft {
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
    ...withPossibleDates(fields, addNote),
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

type Dates = Omit<TaskDraft, 'title'>;

/** Leaves out what contradicts the rest. */
function withPossibleDates(fields: Dates, addNote: (note: string) => void): Dates {
  const { start, reminders, recurrence_rule, recurrence_basis, exdates, ...rest } = fields;
  const due = rest.due_date;
  const isLate = start && due && Date.parse(start) > Date.parse(due) + (due.length === 10 ? 86_399_999 : 0);
  if (isLate) addNote('its start is after its due date, and was left out');
  const possible = (reminders ?? []).filter((reminder) => 'at' in reminder || due);
  if (possible.length > limits.reminders)
    addNote(`only the first ${limits.reminders} of ${possible.length} reminders were imported`);
  const recurs = recurrence_rule && rest.status !== 'complete';
  return {
    ...rest,
    ...(start && !isLate ? { start } : {}),
    ...(possible.length > 0 ? { reminders: possible.slice(0, limits.reminders) } : {}),
    ...(recurs ? { recurrence_rule } : {}),
    ...(recurs && recurrence_basis ? { recurrence_basis } : {}),
    ...(recurs && exdates ? { exdates } : {}),
  };
}

/** Why a draft can't be that of a task; undefined if it can. */
export function faultOfDraft(draft: TaskDraft): string | undefined {
  const [error] = taskDraft.Check(draft) ? [] : taskDraft.Errors(draft);
  return error && `its ${error.instancePath.slice(1)} ${error.message}`;
}

/** Cuts text to at most `max` UTF-16 code units, never inside a surrogate pair. */
export function shortened(text: string, max: number, what: string, addNote: (note: string) => void): string {
  if (text.length <= max) return text;
  addNote(`${what} was cut to ${max} characters`);
  // A copy: a part of a text keeps all of it in memory.
  return Buffer.from(text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '')).toString();
}
