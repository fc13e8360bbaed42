import { isPlain } from '@rondo/time/iso-8601';
import { invalidInput } from '@rondo/shared/errors';
import { createPauses } from '@rondo/shared/workers/slices';
import type { Collection, ReadContext } from '../collection.ts';
import type { Bytes } from '../files/bytes.ts';
import {
  idOf,
  numberOf,
  recordOf,
  recordsOf,
  textOf,
  textsOf,
  type JsonRecord,
} from '../files/json-fields.ts';
import { readJson, type JsonPath } from '../files/json-values.ts';
import type { Found } from '../fit-draft.ts';
import type { EntryName } from '../imported-file.ts';
import { dateText, instantOfDateTime, isUsable, pastInstant, reminderAt, type Moment } from '../moments.ts';

/** A task, until the whole file is read. */
type Waiting = { id: string; name: EntryName; task: JsonRecord; isArchived: boolean };
type Models = {
  tasks: Waiting[];
  projects: Map<string, string>;
  tags: Map<string, string>;
  repetitions: Map<string, JsonRecord>;
  /** When each task reminds, in versions that keep it apart. */
  reminders: Map<string, number>;
};

/** Where the values of a backup are. It begins with `data` in newer versions. */
function modelOf(path: JsonPath): string | undefined {
  const [model, ...rest] = path[0] === 'data' ? path.slice(1) : path;
  if (model === 'reminders') return rest.length === 1 && typeof rest[0] === 'number' ? model : undefined;
  const isEntity = rest.length === 2 && rest[0] === 'entities';
  if (isEntity && ['task', 'project', 'tag', 'taskRepeatCfg', 'taskArchive'].includes(String(model)))
    return String(model);
  const isArchive = model === 'archiveYoung' || model === 'archiveOld';
  return isArchive && rest.length === 3 && rest[0] === 'task' && rest[1] === 'entities'
    ? 'taskArchive'
    : undefined;
}

/**
 * Reads a backup of Super Productivity (JSON).
 * @throws AppError 422 if it is no such file
 */
export async function readSuperProductivity(
  bytes: Bytes,
  context: ReadContext,
  collection: Collection,
): Promise<void> {
  const models: Models = {
    tasks: [],
    projects: new Map(),
    tags: new Map(),
    repetitions: new Map(),
    reminders: new Map(),
  };
  let isBackup = false;
  await readJson(bytes, {
    isWanted: (path) => modelOf(path) !== undefined,
    onValue(path, value) {
      const record = recordOf(value);
      const id = idOf(record?.['id']);
      if (!record || id === undefined) return;
      isBackup = true;
      keep(models, { model: modelOf(path), id, record }, collection);
    },
  });
  if (!isBackup)
    throw invalidInput([
      { field: 'body', message: 'is not a backup of Super Productivity: it has no tasks' },
    ]);
  await addTasks(models, context, collection);
}

function keep(
  { tasks, projects, tags, repetitions, reminders }: Models,
  { model, id, record }: { model: string | undefined; id: string; record: JsonRecord },
  collection: Collection,
): void {
  const title = textOf(record['title']) ?? '';
  if (model === 'project') projects.set(id, title);
  else if (model === 'tag') tags.set(id, title);
  else if (model === 'taskRepeatCfg') repetitions.set(id, record);
  else if (model === 'reminders') {
    const [of, at] = [idOf(record['relatedId']), numberOf(record['remindAt'])];
    if (of !== undefined && at !== undefined) reminders.set(of, at);
  } else {
    const isArchived = model === 'taskArchive';
    tasks.push({
      id,
      name: collection.nameOfId('super-productivity', id),
      task: neededOf(record),
      isArchived,
    });
  }
}

/** The fields that are used: times that were tracked, and more, can be large. */
const neededFields =
  'title notes isDone doneOn created dueDay dueWithTime plannedAt deadlineDay deadlineWithTime remindAt tagIds projectId parentId repeatCfgId attachments timeEstimate timeSpent';

function neededOf(record: JsonRecord): JsonRecord {
  return Object.fromEntries(neededFields.split(' ').map((field) => [field, record[field]]));
}

async function addTasks(models: Models, context: ReadContext, collection: Collection): Promise<void> {
  const byId = new Map(models.tasks.map((waiting) => [waiting.id, waiting]));
  const open = latestOccurrences(models.tasks);
  const pause = createPauses();
  for (const { id, name, task, isArchived } of models.tasks) {
    const notes: string[] = [];
    const parent = byId.get(idOf(task['parentId']) ?? '');
    const isDone = isArchived || task['isDone'] === true;
    const repetition =
      open.get(idOf(task['repeatCfgId']) ?? '') === id ? repetitionOf(task, models) : undefined;
    const found = foundIn(
      task,
      { projectId: idOf((parent?.task ?? task)['projectId']), isDone, repetition },
      models,
      context,
      notes,
    );
    const remindAt = numberOf(task['remindAt']) ?? models.reminders.get(id);
    const reminder =
      remindAt === undefined || isDone
        ? undefined
        : reminderAt(remindAt, momentsOf(task, repetition, context).due);
    if (reminder) found.reminders = [reminder];
    collection.add({
      name,
      uid: id,
      parent: parent?.name ?? null,
      found,
      notes,
      createdAt: pastInstant(numberOf(task['created']), context.now),
      completedAt: isDone ? pastInstant(numberOf(task['doneOn']), context.now) : null,
    });
    const turn = pause();
    if (turn) await turn;
  }
  for (const [id, { title, isPaused }] of models.repetitions)
    if (!open.has(id))
      collection.skip(
        { uid: id, title: textOf(title) ?? null },
        isPaused === true ? 'it repeats, but is paused' : 'it repeats, but none of its tasks is open',
      );
}

/** The newest open task of each repetition: the series goes on from it. */
function latestOccurrences(tasks: Waiting[]): Map<string, string> {
  const latest = new Map<string, Waiting>();
  for (const waiting of tasks) {
    const of = idOf(waiting.task['repeatCfgId']);
    if (of === undefined || waiting.isArchived || waiting.task['isDone'] === true) continue;
    const before = numberOf(latest.get(of)?.task['created']) ?? -1;
    if ((numberOf(waiting.task['created']) ?? 0) > before) latest.set(of, waiting);
  }
  return new Map([...latest].map(([of, { id }]) => [of, id]));
}

function repetitionOf(task: JsonRecord, { repetitions }: Models): JsonRecord | undefined {
  const repetition = repetitions.get(idOf(task['repeatCfgId']) ?? '');
  return repetition?.['isPaused'] === true ? undefined : repetition;
}

const inboxIds = new Set(['INBOX_PROJECT', 'INBOX']);
/** The tag of the tasks of today. */
const todayId = 'TODAY';

function foundIn(
  task: JsonRecord,
  {
    projectId,
    isDone,
    repetition,
  }: { projectId: string | undefined; isDone: boolean; repetition: JsonRecord | undefined },
  { projects, tags }: Models,
  context: ReadContext,
  notes: string[],
): Found {
  const { start, due, other } = momentsOf(task, repetition, context);
  const attachments = recordsOf(task['attachments']).flatMap(({ title, path }) => {
    const [name, address] = [textOf(title), textOf(path)];
    if (address?.startsWith('http'))
      return name === undefined || name === address ? address : `${name} (${address})`;
    notes.push(`not imported: the attachment "${(name ?? address ?? 'unnamed').slice(0, 100)}"`);
    return [];
  });
  if (other) notes.push('it has a date and a deadline; the date is its start');
  if (numberOf(task['timeSpent']) !== undefined || numberOf(task['timeEstimate']) !== undefined)
    notes.push('not imported: its estimate, and the time that was tracked');
  const list = projectId === undefined || inboxIds.has(projectId) ? undefined : projects.get(projectId);
  return {
    title: textOf(task['title']) ?? '',
    texts: [textOf(task['notes']) ?? '', attachments.join('\n')],
    ...(isDone ? { status: 'complete' } : {}),
    ...(list === undefined ? {} : { list }),
    labels: textsOf(task['tagIds']).flatMap((id) => (id === todayId ? [] : (tags.get(id) ?? []))),
    ...(start ? { start: dateText(start) } : {}),
    ...(due ? { due_date: dateText(due) } : {}),
    ...(repetition && due && !isDone ? ruleIn(repetition) : {}),
  };
}

/** A task is planned for a day or a time, and newer versions have deadlines, too. One that repeats is due when it was created. */
function momentsOf(
  task: JsonRecord,
  repetition: JsonRecord | undefined,
  { zone }: ReadContext,
): { start?: Moment; due?: Moment; other?: boolean } {
  const planned = momentIn(task['dueWithTime'] ?? task['plannedAt'], task['dueDay'], zone);
  const deadline = momentIn(task['deadlineWithTime'], task['deadlineDay'], zone);
  if (planned && deadline) return { start: planned, due: deadline, other: true };
  const due = deadline ?? planned;
  if (due) return { due };
  const created = numberOf(task['created']);
  if (!repetition || created === undefined || !isUsable(created)) return {};
  return { due: { instant: created, zone, isAllDay: true } };
}

function momentIn(time: unknown, day: unknown, zone: string): Moment | undefined {
  const instant = numberOf(time);
  if (instant !== undefined && isUsable(instant)) return { instant, zone, isAllDay: false };
  const text = textOf(day);
  if (text === undefined || text.length !== 10 || !isPlain(text)) return undefined;
  const midnight = instantOfDateTime(text, zone);
  return midnight === undefined ? undefined : { instant: midnight, zone, isAllDay: true };
}

const cycles = new Set(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']);
const weekdays = {
  monday: 'MO',
  tuesday: 'TU',
  wednesday: 'WE',
  thursday: 'TH',
  friday: 'FR',
  saturday: 'SA',
  sunday: 'SU',
};

function ruleIn(repetition: JsonRecord): Partial<Found> {
  const cycle = textOf(repetition['repeatCycle']) ?? '';
  if (!cycles.has(cycle)) return {};
  const every = Math.min(999, Math.max(1, Math.round(numberOf(repetition['repeatEvery']) ?? 1)));
  const days = Object.entries(weekdays).flatMap(([name, day]) => (repetition[name] === true ? day : []));
  const byDay = cycle === 'WEEKLY' && days.length > 0 ? `;BYDAY=${days.join(',')}` : '';
  return {
    recurrence_rule: `FREQ=${cycle}${every > 1 ? `;INTERVAL=${every}` : ''}${byDay}`,
    ...(repetition['repeatFromCompletionDate'] === true ? { recurrence_basis: 'completion' } : {}),
  };
}
