import type { Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { zoneOf } from '@rondo/shared/zone-of-person';
import type { CommandContext, TodoContext } from '../../context.ts';
import { idsOfEntry } from '../../domain/imports/imported-file.ts';
import type { ZonesOfPerson } from '../../domain/floating.ts';
import { decide } from '../../domain/task.ts';
import { entryNameOf, uidOfTask } from '../../icalendar/names.ts';
import type { JcalComponent } from '../../icalendar/time.ts';
import { runCommand } from '../../store/apply-command.ts';
import { adoptChildren, awaitParents, type Awaiting } from '../../store/awaited-parents.ts';
import { noContent } from '../../store/command-answer.ts';
import { createOrRestore } from '../../store/create-or-restore.ts';
import { keepOneOpen } from '../../store/one-open-occurrence.ts';
import { applyInPlace } from '../../store/subtree.ts';
import type { Tables } from '../../store/tables.ts';
import type { WorkingSet } from '../../store/working-set.ts';
import { refusedBy } from '../dav-refusal.ts';
import { findStoredObject, keepObject, type StoredObject } from '../store/keep-object.ts';
import { pathOfObject } from '../paths.ts';
import { checkPreconditions, type Preconditions } from '../preconditions.ts';
import { etagOf } from '../properties.ts';
import { readObject, type GivenObject } from '../read-object.ts';
import { refuseDates, withFirstDate, withOlderDates, withoutDates } from '../series-of-object.ts';
import { patchOf } from '../task-patch.ts';
import { href } from '../xml.ts';
import { isParent, openObjectWriter } from '../write-object.ts';
import { idsOfNames } from '../queries/find-members.ts';
import { findSeries } from '../queries/find-series.ts';

export type PutRequest = { name: string; text: string; preconditions: Preconditions };

/**
 * What a client reads after its PUT: an ETag only if it is what the client wrote, to the octet (RFC 4791 section 5.3.4), and the command
 * if the task changed.
 */
export type PutAnswer = { isNew: boolean; etag: string | undefined; commandId?: string };

/** The task after a PUT, and its row. Without a revision, the row is still to be written. */
type Put = { after: Task; row: Omit<StoredObject, 'revision'> & { revision?: number } };

type At = { now: Date; zones: ZonesOfPerson };
type Work = { tasks: WorkingSet; trx: Transaction<Tables>; given: GivenObject; request: PutRequest };

/**
 * Creates or changes the task of a calendar object. Only what the client changed is changed, so a PUT without a change writes no
 * event. A new one has the id that an import of its UID would give; a task in the trash is restored as it was put.
 * @throws DavRefusal 403 with a precondition of RFC 4791 section 5.3.2.1; 412; AppError as the commands of tasks
 */
export async function putObject(
  ctx: TodoContext,
  command: CommandContext,
  request: PutRequest,
): Promise<PutAnswer> {
  try {
    return await put(ctx, command, request);
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 422) throw error;
    throw refusedBy('valid-calendar-data', error.message);
  }
}

async function put(ctx: TodoContext, command: CommandContext, request: PutRequest): Promise<PutAnswer> {
  const zone = zoneOf(command.identity);
  const given = await readObject(request.text, { zone, now: ctx.clock.now() });
  let answer: PutAnswer = { isNew: false, etag: undefined };
  const { commandId } = await runCommand(ctx, command, async (tasks, trx) => {
    const work = { tasks, trx, given, request };
    const id = (await idsOfNames({ database: trx, workspaceId: tasks.workspaceId }, [request.name])).get(
      request.name,
    );
    const task = id === undefined ? undefined : await tasks.find(id);
    const live = task?.deleted_at === null ? task : undefined;
    const known = live && (await findStoredObject(trx, live));
    const isThere = live !== undefined && (known?.name ?? `${live.id}.ics`) === request.name;
    const historyId = await tasks.historyId();
    checkPreconditions(
      request.preconditions,
      isThere ? etagOf({ version: live.version, revision: known?.revision ?? 0, historyId }) : undefined,
    );
    const now = ctx.clock.now();
    const { after, row } = isThere
      ? await change(work, live, { known, zone, now, zones: command.identity })
      : await create(work, { now, zones: command.identity });
    if (given.parentUid !== null && after.parent_id === null)
      await awaitParents(trx, tasks.workspaceId, [awaitingOf(after, given.parentUid)], now);
    await adoptChildren(trx, tasks, now);
    await keepOneOpen(trx, tasks, now);
    const parentUid = after.parent_id === null ? null : await uidOf(trx, after);
    const text = openObjectWriter(now.getUTCFullYear()).textOf({ ...row, task: after, parentUid });
    return {
      answer: noContent,
      async afterwards() {
        const revision = row.revision ?? (await keepObject(trx, after, row)).revision;
        const etag = etagOf({ version: after.version, revision, historyId });
        answer = { isNew: !isThere, etag: text === request.text ? etag : undefined };
      },
    };
  });
  return { ...answer, ...(commandId === undefined ? {} : { commandId }) };
}

async function change(
  { tasks, trx, given, request }: Work,
  task: Task,
  { known, zone, now, zones }: At & { known: StoredObject | undefined; zone: string },
): Promise<Put> {
  const unput = { name: request.name, uid: uidOfTask(task.id), extra: null, revision: 0 };
  const { uid, extra } = known ?? unput;
  if (given.uid !== uid) throw uidConflict('The UID of a to-do can not be changed.', request.name);
  const parentUid = task.parent_id === null ? null : await uidOf(trx, task);
  const writer = openObjectWriter(now.getUTCFullYear());
  const text = writer.textOf({ task, uid, parentUid, extra: withoutDates(extra) });
  const series = await findSeries(trx, task);
  const isBegun = series ? series.done > 0 : task.series_id !== task.id;
  const shown = withFirstDate(await readObject(text, { zone, now }), isBegun);
  const wantedObject = withFirstDate(given, isBegun, refuseDates);
  const patch = withOlderDates(patchOf(task, shown, wantedObject), task, series);
  const parent = given.parentUid === shown.parentUid ? undefined : await parentOf(tasks, given.parentUid);
  const decided = decide(
    task,
    { kind: 'patch', patch: parent === undefined ? patch : { ...patch, parent_id: parent } },
    now,
    zones,
  );
  if (decided) await applyInPlace(tasks, decided);
  const after = decided?.after ?? task;
  const wanted = extraOf(given, after);
  // A task that a client only sent back as it is belongs to no client yet.
  if (JSON.stringify(wanted) === JSON.stringify(extra) && (known || !decided))
    return { after, row: known ?? unput };
  return { after, row: { name: request.name, uid, extra: wanted } };
}

async function create({ tasks, trx, given, request }: Work, at: At): Promise<Put> {
  const { workspaceId } = tasks;
  const ids = idsOfUid(given.uid, workspaceId);
  await tasks.load(ids);
  const found: Task[] = [];
  for (const id of ids) {
    const task = await tasks.find(id);
    if (task) found.push(task);
  }
  const live = found.find((task) => task.deleted_at === null);
  if (live) {
    const { name } = (await findStoredObject(trx, live)) ?? { name: `${live.id}.ics` };
    throw uidConflict('Another to-do has this UID.', name);
  }
  const [trashed] = found;
  const id = trashed?.id ?? ids.at(-1) ?? '';
  const draft = {
    ...withFirstDate(given, false, refuseDates).draft,
    parent_id: (await parentOf(tasks, given.parentUid)) ?? null,
  };
  const after = await createOrRestore(tasks, { id, draft }, trashed, at);
  return { after, row: { name: request.name, uid: given.uid, extra: extraOf(given, after) } };
}

/** The ids that the task of a UID may have, as in an import. */
function idsOfUid(uid: string, workspaceId: string): string[] {
  return idsOfEntry(entryNameOf(uid, null), workspaceId);
}

function awaitingOf({ id, workspace_id }: Task, parentUid: string): Awaiting {
  return { childId: id, parentIds: idsOfUid(parentUid, workspace_id) };
}

/** The UID of a task's parent. */
async function uidOf(trx: Transaction<Tables>, { workspace_id, parent_id }: Task): Promise<string | null> {
  if (parent_id === null) return null;
  const row = await trx
    .selectFrom('todo_service.calendar_objects')
    .select('uid')
    .where('workspace_id', '=', workspace_id)
    .where('task_id', '=', parent_id)
    .executeTakeFirst();
  return row?.uid ?? uidOfTask(parent_id);
}

/** The live task with a UID; null if there is none. */
async function parentOf(tasks: WorkingSet, uid: string | null): Promise<string | null> {
  if (uid === null) return null;
  for (const id of idsOfUid(uid, tasks.workspaceId)) {
    const task = await tasks.find(id);
    if (task?.deleted_at === null) return id;
  }
  return null;
}

/** A parent that is not there yet stays with what only clients know, so that it is not lost. */
function extraOf({ extra }: GivenObject, { parent_id: parentId }: Task): JcalComponent | null {
  if (extra === null || parentId === null) return extra;
  const [name, properties, components] = extra;
  const kept = properties.filter(([one, parameters]) => one !== 'related-to' || !isParent(parameters));
  return kept.length + components.length === 0 ? null : [name, kept, components];
}

function uidConflict(message: string, name: string): Error {
  return refusedBy('no-uid-conflict', message, href(pathOfObject(name)));
}
