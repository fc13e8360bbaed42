import { invalidInput } from '@rondo/shared/errors';
import { isTimeZone } from '@rondo/time/zone';
import type { Collection, FoundEntry, ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import { csvRows, trimmed, type Cells, type Columns } from '../files/csv-rows.ts';
import type { ZippedFile } from '../files/zip.ts';
import { limits, type Found } from '../fit-draft.ts';
import type { EntryName } from '../imported-file.ts';
import { openDateWords, type DateWords } from '../phrases.ts';

/** Whether a row is the header of an export of Todoist. */
export function isTodoistHeader(columns: Columns): boolean {
  return columns.has('type') && columns.has('content');
}

/**
 * Reads a backup of Todoist, which has a CSV file for each project.
 * @throws AppError 422 as `readTodoistCsv`, and if there is no CSV file
 */
export async function readTodoistBackup(
  files: ZippedFile[],
  context: ReadContext,
  collection: Collection,
): Promise<void> {
  const tables = files.filter(({ name }) => /\.csv$/i.test(name));
  if (tables.length === 0)
    throw invalidInput([{ field: 'body', message: 'is not a backup of Todoist: it has no CSV files' }]);
  for (const { name, bytes } of tables)
    await readTodoistCsv(bytes(), { ...context, fileName: name }, collection);
}

/**
 * Reads the export of a project of Todoist (CSV). Its tasks have no ids: they are known by their project, section, parent and
 * name. The name of the file is that of the project.
 * @throws AppError 422 if it is no such file
 */
export async function readTodoistCsv(
  bytes: Bytes,
  context: ReadContext,
  collection: Collection,
): Promise<void> {
  const project = context.fileName === null ? null : projectOf(context.fileName);
  const reader = createRowReader(project, context, collection);
  const refusal = 'is not an export of Todoist: it does not name the columns TYPE and CONTENT';
  for await (const cell of csvRows(bytes, {
    isHeader: isTodoistHeader,
    refusal,
    onOtherEncoding: collection.noteOtherEncoding,
    checkTime: context.checkTime,
  }))
    reader.take(trimmed(cell));
  reader.end();
}

/** The project that a file is named after: `Home [2203306141].csv` is Home. */
function projectOf(fileName: string): string | null {
  const name = fileName.split(/[/\\]/).at(-1) ?? '';
  return (
    name
      .replace(/\.csv$/i, '')
      .replace(/ ?\[\d+\]$/, '')
      .trim() || null
  );
}

function createRowReader(project: string | null, context: ReadContext, collection: Collection) {
  const dateWords = openDateWords(context);
  let section = '';
  /** The last task, and those that it is below. */
  const path: { indent: number; name: EntryName }[] = [];
  let open: FoundEntry | undefined;
  /** Of the comments on the last task. */
  let textLength = 0;

  function close(): void {
    if (open) collection.add(open);
    open = undefined;
    textLength = 0;
  }

  function takeTask(cell: Cells): void {
    close();
    const content = cell('content');
    const indent = Number(cell('indent')) || 1;
    while ((path.at(-1)?.indent ?? 0) >= indent) path.pop();
    const parent = path.at(-1)?.name ?? null;
    const name = collection.nameOf('todoist', project, section, parent?.key ?? null, content);
    path.push({ indent, name });
    const notes: string[] = [];
    open = { name, uid: null, parent, notes, found: foundIn(cell, context, dateWords, notes) };
    if (project !== null) open.found.list = project;
    if (section !== '') open.found.labels?.push(section);
  }

  function takeComment(cell: Cells): void {
    const text = withFileNames(cell('content'));
    if (!open) return collection.skip({ title: text }, 'it is a comment, but not on a task');
    const about = [cell('author').replace(/ \(\d+\)$/, ''), cell('date')].filter((part) => part !== '');
    if (textLength > maxText) return;
    textLength += text.length;
    open.found.texts?.push(`Comment${about.length > 0 ? ` (${about.join(', ')})` : ''}: ${text}`);
  }

  return {
    take(cell: Cells): void {
      const type = cell('type').toLowerCase();
      if (type === 'task') takeTask(cell);
      else if (type === 'note') takeComment(cell);
      else if (type === 'section') {
        close();
        path.length = 0;
        section = cell('content');
      } else if (type !== 'meta' && type !== '')
        collection.skip({ title: cell('content') || null }, `its TYPE "${type.slice(0, 40)}" is unknown`);
    },
    end: close,
  };
}

/** More is never shown, and would take long. */
const maxText = limits.description;
function foundIn(cell: Cells, context: ReadContext, dateWords: DateWords, notes: string[]): Found {
  // A star in front makes a task that can't be completed.
  const { title, labels } = withoutLabels(cell('content').slice(0, maxText).replace(/^\* /, ''));
  if (cell('responsible') !== '') notes.push(`it is assigned to ${cell('responsible').slice(0, 100)}`);
  const priority = Number(cell('priority'));
  const texts = [cell('description')];
  return {
    title: title || cell('content'),
    labels,
    ...([1, 2, 3].includes(priority) ? { priority } : {}),
    ...datesIn(cell, context, dateWords, { texts, notes }),
    texts,
  };
}

/** Takes the last words of a title that are labels. Each character is looked at once. */
function withoutLabels(text: string): { title: string; labels: string[] } {
  const labels: string[] = [];
  let title = text;
  while (labels.length < limits.labels) {
    let start = title.length;
    while (start > 0 && !/\s/.test(title.charAt(start - 1))) start -= 1;
    if (title.charAt(start) !== '@' || start + 1 === title.length) break;
    labels.push(title.slice(start + 1));
    title = title.slice(0, start).trimEnd();
  }
  return { title, labels: labels.toReversed() };
}

/** The dates of a row. What is not understood stays in the description. */
function datesIn(
  cell: Cells,
  { zone: personZone }: ReadContext,
  dateWords: DateWords,
  { texts, notes }: { texts: string[]; notes: string[] },
): Partial<Found> {
  const [date, deadline, given] = [cell('date'), cell('deadline'), cell('timezone')];
  const isKnown = given !== '' && isTimeZone(given);
  if (given !== '' && !isKnown && date !== '')
    notes.push(`the time zone "${given.slice(0, 60)}" is unknown; ${personZone} was used`);
  const zone = isKnown ? given : personZone;
  const keep = (what: string, words: string, why: string) => {
    texts.push(`${what}: ${words}`);
    notes.push(`its ${what.toLowerCase()} "${words.slice(0, 100)}" ${why}, and is in the description`);
  };
  const found = date === '' ? undefined : dateWords(`${wordsOf(date)}${lengthOf(cell)}`, zone);
  if (date !== '' && !found) keep('Date', date, 'was not understood');
  const last = deadline === '' ? undefined : dateWords(deadline, zone);
  if (deadline !== '' && (!last || found))
    keep('Deadline', deadline, last ? 'is a second date' : 'was not understood');
  if (found && startsSomewhere(found.recurrence_rule))
    notes.push(
      `it repeats "${date.slice(0, 100)}", and the file has no date; it begins on ${(found.due_date ?? '').slice(0, 10)}`,
    );
  const { title: _title, ...dates } = found ?? last ?? { title: '' };
  const isTimed = (dates.due_date ?? dates.start ?? '').length > 10;
  return { ...dates, ...(isTimed && isKnown ? { time_zone: zone } : {}) };
}

/** Whether the dates of a rule depend on the first one, as those of "every month" do. */
function startsSomewhere(rule: string | undefined): boolean {
  return rule !== undefined && rule !== 'FREQ=DAILY' && !rule.includes('BY');
}

/** Todoist writes "every day @ 9:00". */
function wordsOf(date: string): string {
  return date.replaceAll(/\s@\s?/g, ' at ');
}

/** How long a task takes, as a part of a phrase. */
function lengthOf(cell: Cells): string {
  const [duration, unit] = [cell('duration'), cell('duration_unit').toLowerCase()];
  const isLength = /^[1-9]\d{0,4}$/.test(duration) && (unit === 'minute' || unit === 'day');
  return isLength ? ` for ${duration} ${unit}s` : '';
}

/** An attachment is JSON in two brackets: its name and address are what a person can use. */
function withFileNames(comment: string): string {
  return comment.slice(0, maxText).replaceAll(/\[\[file (\{[^\n]{0,2000}?\})\]\]/g, (whole, json: string) => {
    try {
      const { file_name: name, file_url: url } = JSON.parse(json) as Record<string, unknown>;
      return typeof name === 'string' ? `${name}${typeof url === 'string' ? ` (${url})` : ''}` : whole;
    } catch {
      return whole;
    }
  });
}
