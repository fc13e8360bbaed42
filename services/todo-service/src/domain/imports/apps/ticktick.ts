import { ruleText } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import { createPauses } from '@rondo/shared/workers/slices';
import { dayMs, hourMs, minuteMs, secondMs } from '@rondo/time/units';
import { isTimeZone } from '@rondo/time/zone';
import type { Collection, FoundEntry, ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import { csvRows, trimmed, type Cells, type Columns } from '../files/csv-rows.ts';
import type { Found } from '../fit-draft.ts';
import type { EntryName } from '../imported-file.ts';
import { dateText, instantOfDateTime, midnightOf, pastInstant, reminderAt, type Moment } from '../moments.ts';
import { readRule } from '../read-rule.ts';

const priorities: Record<string, number> = { '1': 3, '3': 2, '5': 1 };

/** Whether a row is the header of a backup of TickTick. */
export function isTickTickHeader(columns: Columns): boolean {
  return columns.has('list name') && columns.has('title');
}

/** A task, until the rows of all parents are known. */
type Waiting = { entry: FoundEntry; parentId: string };

/**
 * Reads a backup of TickTick (CSV). The ids in it count the rows, so a task is known by when it was created, its list and its name.
 * @throws AppError 422 if it is no such file
 */
export async function readTickTick(
  bytes: Bytes,
  context: ReadContext,
  collection: Collection,
): Promise<void> {
  const names = new Map<string, EntryName>();
  const folders = new Set<string>();
  const waiting: Waiting[] = [];
  const refusal = 'is not a backup of TickTick: it does not name the columns List Name and Title';
  for await (const cells of csvRows(bytes, {
    isHeader: isTickTickHeader,
    refusal,
    onOtherEncoding: collection.noteOtherEncoding,
    checkTime: context.checkTime,
  })) {
    const cell = trimmed(cells);
    if (cell('folder name') !== '') folders.add(cell('folder name').slice(0, 100));
    const [task, ...items] = taskIn(cell, context, collection);
    if (!task) continue;
    waiting.push(task, ...items);
    const id = cell('taskid');
    if (id !== '' && !names.has(id)) names.set(id, task.entry.name);
  }
  const pause = createPauses();
  for (const { entry, parentId } of waiting) {
    const parent = names.get(parentId);
    if (parentId !== '' && !parent) entry.notes.push('its parent is not in the file; it is at the top level');
    collection.add({ ...entry, parent: entry.parent ?? parent ?? null });
    const turn = pause();
    if (turn) await turn;
  }
  const [folder] = folders;
  if (folder !== undefined)
    collection.note(
      `lists have no folders; those of the file were left out: "${folder}"${folders.size > 1 ? ` and ${folders.size - 1} more` : ''}`,
    );
}

/** The task of a row, and the items of its checklist. */
function taskIn(cell: Cells, context: ReadContext, collection: Collection): Waiting[] {
  const title = cell('title');
  const status = cell('status');
  const [list, created] = [cell('list name'), cell('created time')];
  if (title === '' && cell('content') === '') return [];
  if (status === '-1') {
    collection.skip({ title }, 'it is marked as "won\'t do"');
    return [];
  }
  const notes: string[] = [];
  const { texts, items } = contentIn(cell);
  const isDone = status === '1' || status === '2';
  const labels = cell('tags')
    .split(',')
    .map((tag) => tag.trim().replace(/^#/, ''));
  const column = cell('column name');
  if (column !== '' && column.toLowerCase() !== 'not sectioned') labels.push(column);
  if (cell('kind').toUpperCase() === 'NOTE') {
    labels.push('note');
    notes.push('it is a note; it became a task with the label "note"');
  }
  const found: Found = {
    title,
    ...(isDone ? { status: 'complete' } : {}),
    ...(cell('priority') in priorities ? { priority: priorities[cell('priority')] ?? 4 } : {}),
    labels,
    list,
    ...datesIn(cell, context, { texts, notes }),
    texts,
  };
  const name = collection.nameOf('ticktick', created, list, title);
  const times = {
    createdAt: pastInstant(instantOfDateTime(created, context.zone), context.now),
    completedAt: isDone
      ? pastInstant(instantOfDateTime(cell('completed time'), context.zone), context.now)
      : null,
  };
  const task: Waiting = {
    parentId: cell('parentid'),
    entry: { name, uid: null, parent: null, found, notes, ...times },
  };
  return [task, ...items.map((item) => itemOf(item, task.entry, collection))];
}

type Item = { title: string; isDone: boolean };

/** An item of a checklist is a subtask. */
function itemOf(
  { title, isDone }: Item,
  { name, found, createdAt, completedAt }: FoundEntry,
  collection: Collection,
): Waiting {
  const isComplete = isDone || found.status === 'complete';
  return {
    parentId: '',
    entry: {
      name: collection.nameOf('ticktick', name.key, title),
      uid: null,
      parent: name,
      found: {
        title,
        ...(found.list == null ? {} : { list: found.list }),
        ...(isComplete ? { status: 'complete' } : {}),
      },
      notes: [],
      createdAt: createdAt ?? null,
      completedAt: isComplete ? (completedAt ?? null) : null,
    },
  };
}

/** The lines of a checklist begin with a square, which is filled if the item is done. */
const maxItems = 1_000;
const maxContent = 100_000;
const checklistItem = /^[▫▪]\s*(.+)$/;

function contentIn(cell: Cells): { texts: string[]; items: Item[] } {
  const isChecklist =
    cell('is check list').toUpperCase() === 'Y' || cell('kind').toUpperCase() === 'CHECKLIST';
  if (!isChecklist) return { texts: [cell('content')], items: [] };
  const [lines, items]: [string[], Item[]] = [[], []];
  for (const line of cell('content')
    .slice(0, maxContent)
    .split(/\r\n?|\n/)) {
    const [, title] = checklistItem.exec(line.trim()) ?? [];
    if (title === undefined || items.length === maxItems) lines.push(line);
    else items.push({ title, isDone: line.trim().startsWith('▪') });
  }
  return { texts: [lines.join('\n')], items };
}

type Remarks = { texts: string[]; notes: string[] };

function datesIn(cell: Cells, context: ReadContext, { texts, notes }: Remarks): Partial<Found> {
  const given = cell('timezone');
  const zone = given !== '' && isTimeZone(given) ? given : context.zone;
  if (given !== '' && zone !== given)
    notes.push(`the time zone "${given.slice(0, 60)}" is unknown; ${zone} was used`);
  const isAllDay = cell('is all day').toLowerCase() === 'true';
  const isFloating = cell('is floating').toLowerCase() === 'true' && !isAllDay;
  const keep = (what: string, text: string) => {
    texts.push(`${what}: ${text}`);
    notes.push(
      `its ${what.toLowerCase()} "${text.slice(0, 100)}" was not understood, and is in the description`,
    );
  };
  const momentOf = (what: string, text: string): Moment | undefined => {
    if (text === '') return undefined;
    const instant = instantOfDateTime(text, zone);
    if (instant === undefined) {
      keep(what, text);
      return undefined;
    }
    return { instant, zone, isAllDay };
  };
  const start = momentOf('Start', cell('start date'));
  const due = momentOf('Due date', cell('due date')) ?? start;
  if (!due) {
    if (cell('repeat') !== '') keep('Recurrence', cell('repeat'));
    return {};
  }
  return {
    due_date: dateText(due),
    ...(start && start.instant !== due.instant ? { start: dateText(start) } : {}),
    ...(!isAllDay && (isFloating || given === zone) ? { time_zone: zone } : {}),
    ...(isFloating ? { is_floating: true } : {}),
    ...ruleIn(cell('repeat'), keep),
    ...remindersIn(cell('reminder'), start ?? due, due, keep),
  };
}

function ruleIn(text: string, keep: (what: string, text: string) => void): Partial<Found> {
  if (text === '') return {};
  const [line = ''] = text.split(/\r\n?|\n/);
  try {
    return { recurrence_rule: ruleText(readRule(line.replace(/^RRULE:/i, '').slice(0, 1_000))) };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    keep('Recurrence', text);
    return {};
  }
}

const trigger =
  /^(?:TRIGGER:)?([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?$/i;
const maxReminders = 50;

/** A trigger is relative to the begin of the task, of an all-day one to its midnight. */
function remindersIn(
  text: string,
  begin: Moment,
  due: Moment,
  keep: (what: string, text: string) => void,
): Pick<Found, 'reminders'> {
  const anchor = begin.isAllDay ? midnightOf(begin) : begin.instant;
  const reminders = text
    .split(/[\s,]+/, maxReminders)
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [, sign, weeks, days, hours, minutes, seconds] = trigger.exec(part) ?? [];
      if (sign === undefined) {
        keep('Reminder', part);
        return [];
      }
      const length =
        (Number(weeks ?? 0) * 7 + Number(days ?? 0)) * dayMs +
        Number(hours ?? 0) * hourMs +
        Number(minutes ?? 0) * minuteMs +
        Number(seconds ?? 0) * secondMs;
      return reminderAt(anchor + (sign === '-' ? -length : length), due) ?? [];
    });
  return reminders.length === 0 ? {} : { reminders };
}
