import { ruleText } from '@rondo/recurrence/rule';
import { RuleError } from '@rondo/recurrence/rule-error';
import type { Reminder } from '@rondo/shared/contracts/task';
import { invalidInput } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import type { Collection, ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import { idOf, numberOf, recordOf, recordsOf, textOf, type JsonRecord } from '../files/json-fields.ts';
import { readJson } from '../files/json-values.ts';
import { limits, type Found } from '../fit-draft.ts';
import type { EntryName } from '../imported-file.ts';
import { textOfHtml } from '../html-text.ts';
import { dateText, instantOfDateTime, pastInstant, reminderAt, type Moment } from '../moments.ts';
import { readRule } from '../read-rule.ts';

/** A task, until all projects are known. */
type Waiting = {
  id: string;
  project: number;
  bucketId: string | undefined;
  parentId: string | undefined;
  name: EntryName;
  found: Found;
  notes: string[];
  createdAt: string | null;
  completedAt: string | null;
};
type Projects = {
  titles: Map<number, string>;
  buckets: Map<string, string>;
  bucketOfTask: Map<string, string>;
};

/** Every project has these columns; they say no more than the status. */
const usualBuckets = /^(?:to-?do|backlog|doing|in progress|done)$/i;

/**
 * Reads the export of Vikunja: the file `data.json` of its zip, an array of projects with their tasks.
 * @throws AppError 422 if it is no such file
 */
export async function readVikunja(bytes: Bytes, context: ReadContext, collection: Collection): Promise<void> {
  const projects: Projects = { titles: new Map(), buckets: new Map(), bucketOfTask: new Map() };
  const tasks: Waiting[] = [];
  const parentOf = new Map<string, string>();
  await readJson(bytes, {
    isWanted: ([project, field, at]) =>
      typeof project === 'number' &&
      (field === 'title' ||
        (['tasks', 'buckets', 'task_buckets'].includes(String(field)) && typeof at === 'number')),
    onValue([project, field], value) {
      if (field === 'title') projects.titles.set(Number(project), String(value));
      const record = recordOf(value);
      if (!record) return;
      if (field === 'tasks') {
        tasks.push(taskOf(record, Number(project), context, collection));
        for (const child of relatedIds(record, 'subtask')) parentOf.set(child, idOf(record['id']) ?? '');
      } else addBucket(projects, record, field === 'buckets');
    },
  });
  if (projects.titles.size === 0)
    throw invalidInput([{ field: 'body', message: 'is not an export of Vikunja: it has no projects' }]);
  await addTasks(tasks, projects, parentOf, collection);
}

function addBucket({ buckets, bucketOfTask }: Projects, record: JsonRecord, isBucket: boolean): void {
  const id = idOf(isBucket ? record['id'] : record['bucket_id']);
  const of = isBucket ? textOf(record['title']) : idOf(record['task_id']);
  if (id === undefined || of === undefined) return;
  if (isBucket) buckets.set(id, of);
  else bucketOfTask.set(of, id);
}

async function addTasks(
  tasks: Waiting[],
  { titles, buckets, bucketOfTask }: Projects,
  parentOf: Map<string, string>,
  collection: Collection,
): Promise<void> {
  const names = new Map(tasks.map(({ id, name }) => [id, name]));
  const pause = createPauses();
  for (const { id, project, bucketId, parentId, name, found, notes, ...times } of tasks) {
    const list = titles.get(project);
    if (list !== undefined) found.list = list;
    const bucket = buckets.get(bucketOfTask.get(id) ?? bucketId ?? '');
    if (bucket !== undefined && !usualBuckets.test(bucket.trim())) found.labels?.push(bucket);
    const above = parentId ?? parentOf.get(id);
    const parent = above === undefined ? undefined : names.get(above);
    if (above !== undefined && !parent) notes.push('its parent is not in the file; it is at the top level');
    collection.add({ name, uid: id, parent: parent ?? null, found, notes, ...times });
    const turn = pause();
    if (turn) await turn;
  }
}

function relatedIds(task: JsonRecord, kind: string): string[] {
  return recordsOf(recordOf(task['related_tasks'])?.[kind]).flatMap(({ id }) => idOf(id) ?? []);
}

function taskOf(task: JsonRecord, project: number, context: ReadContext, collection: Collection): Waiting {
  const notes: string[] = [];
  const id = idOf(task['id']) ?? '';
  const created = textOf(task['created']) ?? '';
  const isDone = task['done'] === true;
  const texts = [textOfHtml(textOf(task['description']) ?? ''), ...commentsOf(task)];
  const percent = numberOf(task['percent_done']) ?? 0;
  const status = isDone ? 'complete' : percent > 0 ? 'in_progress' : 'pending';
  for (const [field, what] of [
    ['assignees', 'people who it is assigned to'],
    ['attachments', 'attachments'],
  ] as const) {
    const { length } = recordsOf(task[field]);
    if (length > 0) notes.push(`not imported: ${what} (${length})`);
  }
  const others = Object.keys(recordOf(task['related_tasks']) ?? {}).filter(
    (kind) => kind !== 'parenttask' && kind !== 'subtask' && relatedIds(task, kind).length > 0,
  );
  if (others.length > 0)
    notes.push(`not imported: its relations to other tasks (${others.slice(0, 10).join(', ')})`);
  const instant = (field: string) => instantOfDateTime(textOf(task[field]) ?? '', context.zone);
  return {
    id,
    project,
    bucketId: idOf(task['bucket_id']),
    parentId: relatedIds(task, 'parenttask')[0],
    // Two servers of Vikunja have tasks with the same id.
    name: collection.nameOfId('vikunja', id, created),
    found: {
      title: textOf(task['title']) ?? '',
      status,
      priority: priorityOf(task['priority']),
      labels: recordsOf(task['labels']).flatMap(({ title }) => textOf(title) ?? []),
      ...datesOf(task, context, { texts, notes }),
      texts,
    },
    notes,
    createdAt: pastInstant(instant('created'), context.now),
    completedAt: isDone ? pastInstant(instant('done_at'), context.now) : null,
  };
}

/** 1 is low, 2 medium, 3 high, 4 urgent, 5 "do now". */
function priorityOf(value: unknown): number {
  const priority = numberOf(value) ?? 0;
  if (priority >= 4) return 1;
  if (priority === 3) return 2;
  return priority > 0 ? 3 : 4;
}

/** Comments, as long as they fit into a description. */
function commentsOf(task: JsonRecord): string[] {
  const texts: string[] = [];
  let length = 0;
  for (const { comment, author, created } of recordsOf(task['comments'])) {
    const html = textOf(comment) ?? '';
    length += html.length;
    const person = recordOf(author);
    const about = [textOf(person?.['name']) ?? textOf(person?.['username']), textOf(created)?.slice(0, 10)]
      .filter((part) => part !== undefined)
      .join(', ');
    const text = textOfHtml(html);
    if (text !== '') texts.push(`Comment${about === '' ? '' : ` (${about})`}: ${text}`);
    if (length > limits.description) break;
  }
  return texts;
}

function datesOf(
  task: JsonRecord,
  { zone }: ReadContext,
  { texts, notes }: { texts: string[]; notes: string[] },
): Partial<Found> {
  const momentIn = (field: string): Moment | undefined => {
    const instant = instantOfDateTime(textOf(task[field]) ?? '', zone);
    return instant === undefined ? undefined : { instant, zone, isAllDay: false };
  };
  const start = momentIn('start_date');
  const due = momentIn('due_date') ?? momentIn('end_date');
  const reminders = recordsOf(task['reminders'])
    .slice(0, limits.reminders)
    .flatMap((reminder) => reminderOf(reminder, zone, due));
  const rule = ruleOf(task);
  if (rule && (!(due ?? start) || rule.text === null)) {
    texts.push(`Recurrence: ${rule.given}`);
    notes.push('its recurrence was not understood, or has no date; it is in the description');
  }
  const recurs = rule && rule.text !== null && (due ?? start);
  return {
    ...(start ? { start: dateText(start) } : {}),
    ...(due ? { due_date: dateText(due) } : {}),
    ...(reminders.length > 0 ? { reminders } : {}),
    ...(recurs ? { recurrence_rule: rule.text } : {}),
    ...(recurs && rule.isByCompletion ? { recurrence_basis: 'completion' } : {}),
  };
}

function reminderOf({ reminder }: JsonRecord, zone: string, due: Moment | undefined): Reminder[] {
  const instant = instantOfDateTime(textOf(reminder) ?? '', zone);
  const found = instant === undefined ? undefined : reminderAt(instant, due);
  return found ? [found] : [];
}

type GivenRule = { given: string; text: string | null; isByCompletion: boolean };

/** Newer versions write an RRULE, older ones a number of seconds and a mode. */
function ruleOf(task: JsonRecord): GivenRule | undefined {
  const mode = numberOf(task['repeat_mode']) ?? 0;
  const isByCompletion = task['repeats_from_current_date'] === true || mode === 2;
  const given =
    textOf(task['repeats']) ?? (mode === 1 ? 'FREQ=MONTHLY' : everySeconds(numberOf(task['repeat_after'])));
  if (given === undefined) return undefined;
  try {
    return { given, text: ruleText(readRule(given.replace(/^RRULE:/i, '').slice(0, 1_000))), isByCompletion };
  } catch (error) {
    if (error instanceof RuleError) return { given, text: null, isByCompletion };
    throw error;
  }
}

function everySeconds(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds < 0) return undefined;
  const units = [
    [604_800, 'WEEKLY'],
    [86_400, 'DAILY'],
    [3_600, 'HOURLY'],
    [60, 'MINUTELY'],
    [1, 'SECONDLY'],
  ] as const;
  const [length, frequency] = units.find(([unit]) => seconds % unit === 0) ?? [1, 'SECONDLY'];
  return `FREQ=${frequency};INTERVAL=${Math.round(seconds / length)}`;
}
