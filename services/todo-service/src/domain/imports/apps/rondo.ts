import { invalidInput } from '@rondo/shared/errors';
import { entryNameOf, uidOfTask } from '../../../icalendar/names.ts';
import { exportForm } from '../../export-form.ts';
import { contentFields } from '../../task.ts';
import { fieldsOfRow } from '../../task-table.ts';
import type { Collection, ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import { columnsOf, csvRows, type Columns } from '../files/csv-rows.ts';
import { recordOf, textOf, type JsonRecord } from '../files/json-fields.ts';
import { readJson } from '../files/json-values.ts';
import type { EntryName } from '../imported-file.ts';
import { pastInstant } from '../moments.ts';

/** Whether a row is the header of our table of tasks. */
export function isRondoHeader(columns: Columns): boolean {
  return columns.has('title') && columns.has('recurrence_rule');
}

/** Whether a line is that header with semicolons, as spreadsheets in many countries save it: it is refused with the reason. */
export function hasSemicolons(line: string): boolean {
  return isRondoHeader(columnsOf(line.replaceAll(';', ',')));
}

/**
 * Reads the tasks of our table (CSV). A row without an id is known by its title.
 * @throws AppError 422 if it is no such file
 */
export async function readRondoTable(
  bytes: Bytes,
  context: ReadContext,
  collection: Collection,
): Promise<void> {
  for await (const cell of csvRows(bytes, {
    isHeader: isRondoHeader,
    refusal:
      'is not an export of Rondo: it does not name the columns title and recurrence_rule, separated by commas',
    onOtherEncoding: collection.noteOtherEncoding,
    checkTime: context.checkTime,
  }))
    addTask(fieldsOfRow(cell), context, collection);
}

/**
 * Reads the tasks of our export (JSON). Its trash, history and filters are left out.
 * @throws AppError 422 if it is no such file
 */
export async function readRondoExport(
  bytes: Bytes,
  context: ReadContext,
  collection: Collection,
): Promise<void> {
  let [format, version, trashed, filters]: [unknown, unknown, number, number] = [null, null, 0, 0];
  await readJson(bytes, {
    isWanted: ([part, index, field, ...deeper]) =>
      deeper.length === 0 &&
      (field === undefined
        ? part === 'format' || part === 'version' || (part === 'tasks' && index !== undefined)
        : field === 'id' && (part === 'trash' || part === 'filters')),
    onValue([part], value) {
      if (part === 'format') format = value;
      else if (part === 'version') version = value;
      else if (part === 'trash') trashed += 1;
      else if (part === 'filters') filters += 1;
      else addTask(recordOf(value) ?? {}, context, collection);
    },
  });
  if (format !== exportForm.format)
    throw invalidInput([{ field: 'body', message: 'is not an export of Rondo' }]);
  if (version !== exportForm.version)
    throw invalidInput([{ field: 'body', message: 'is an export of another release of Rondo' }]);
  if (trashed > 0) collection.note(`its trash was left out: ${trashed}`);
  if (filters > 0) collection.note(`its saved filters were left out: ${filters}`);
}

/** The parent is found by its name in the file. A rank is a place among the tasks of another workspace. */
const takenOver = contentFields.filter((field) => field !== 'parent_id' && field !== 'rank');

function addTask(task: JsonRecord, { now }: ReadContext, collection: Collection): void {
  const given = takenOver.flatMap((field) => (task[field] == null ? [] : [[field, task[field]]]));
  const fields = Object.fromEntries(given) as JsonRecord;
  const past = (field: string) => pastInstant(Date.parse(textOf(task[field]) ?? ''), now);
  collection.addAsIs({
    name: nameOf(task, collection),
    uid: textOf(task['id']) ?? null,
    parent: taskNameOf(task['parent_id']) ?? null,
    fields,
    notes: countsAgain(fields) ? ['its COUNT counts from its date again'] : [],
    createdAt: past('created_at'),
    completedAt: fields['status'] === 'complete' ? past('completed_at') : null,
  });
}

function countsAgain({ recurrence_rule: rule, status }: JsonRecord): boolean {
  return typeof rule === 'string' && rule.includes('COUNT=') && status !== 'complete';
}

function nameOf(task: JsonRecord, collection: Collection): EntryName {
  const name = taskNameOf(task['id']);
  return name
    ? collection.named(name)
    : collection.nameOf('rondo', textOf(task['id']) ?? null, textOf(task['title']) ?? null);
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Names a task as a calendar does: what one of the exports brought, another one doesn't double. */
function taskNameOf(id: unknown): EntryName | undefined {
  return typeof id === 'string' && uuid.test(id) ? entryNameOf(uidOfTask(id), null) : undefined;
}
