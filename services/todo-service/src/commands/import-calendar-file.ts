import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { importCalendar, type ImportRemark, type ImportedTask } from '../icalendar/import.ts';
import { taskOfUid } from '../icalendar/names.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import { decide } from '../domain/task.ts';
import type { TodoContext } from '../context.ts';
import { changeTogether } from '../store/apply-command.ts';
import { applyInPlace } from '../store/subtree.ts';
import type { WorkingSet } from '../store/working-set.ts';

/** What became of a calendar: how many tasks were made, which entries made none, and what some tasks lack. */
export type ImportReport = { imported: number; skipped: ImportRemark[]; notes: ImportRemark[] };

/** Where an entry's task is, or will be: under its own id where it is ours, else under one made of its UID. */
type Place = { entry: ImportedTask; ids: string[]; new_id: string };

const batch = 500;

/**
 * Makes tasks of an iCalendar file, up to 500 a command, so that one undo takes back one of them. An entry's task has an
 * id made of workspace and UID: what was imported before is not imported again.
 * @throws AppError 422 where the text is not iCalendar
 */
export async function importCalendarFile(
  ctx: TodoContext,
  { identity, trace }: CommandRequest,
  text: string,
): Promise<ImportReport> {
  const { drafts, skipped, notes } = importCalendar(text, identity.time_zone);
  const places = parentsFirst(drafts).map((entry) => placeOf(entry, identity.workspace_id));
  const report: ImportReport = { imported: 0, skipped, notes };
  for (let from = 0; from < places.length; from += batch) {
    const part = places.slice(from, from + batch);
    // A command may be decided more than once: what counts is the last time.
    let done: ImportReport = { imported: 0, skipped: [], notes: [] };
    await changeTogether(ctx, { identity, trace }, async (tasks) => {
      done = { imported: 0, skipped: [], notes: [] };
      await tasks.load(part.flatMap(({ ids }) => ids));
      for (const place of part) await makeTask(ctx, tasks, place, done);
      return { answer: { status: 200, body: '' } };
    });
    report.imported += done.imported;
    report.skipped.push(...done.skipped);
    report.notes.push(...done.notes);
  }
  return report;
}

async function makeTask(
  ctx: Pick<TodoContext, 'clock'>,
  tasks: WorkingSet,
  { entry, ids, new_id: id }: Place,
  done: ImportReport,
): Promise<void> {
  const remark = (reason: string) => ({ uid: entry.uid, summary: entry.draft.title, reason });
  for (const known of ids) {
    const task = await tasks.find(known);
    if (task)
      return void done.skipped.push(
        remark(task.deleted_at === null ? 'it is here already' : 'it is in the trash'),
      );
  }
  const parent = entry.parent_uid === null ? undefined : await liveTask(tasks, entry.parent_uid);
  const createBelow = async (parent_id: string | null) => {
    const draft = { ...entry.draft, parent_id };
    const command = { kind: 'create', id, workspace_id: tasks.workspace_id, draft } as const;
    const change = decide(undefined, command, ctx.clock.now());
    if (change) await applyInPlace(tasks, change);
  };
  try {
    const isBelow = parent ? await succeeds(createBelow(parent.id)) : false;
    if (!isBelow) await createBelow(null);
    if (!isBelow && entry.parent_uid !== null)
      done.notes.push(remark('it stands at the top: not below what it is related to'));
    done.imported += 1;
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 422) throw error;
    done.skipped.push(remark(error.message));
  }
}

/** Whether a task finds its place; a place that is too deep, or goes round in a circle, is none. */
async function succeeds(creation: Promise<void>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return false;
    throw error;
  }
}

async function liveTask(tasks: WorkingSet, uid: string): Promise<Task | undefined> {
  for (const id of idsOf(uid, null, tasks.workspace_id)) {
    const task = await tasks.find(id);
    if (task && task.deleted_at === null) return task;
  }
  return undefined;
}

function placeOf(entry: ImportedTask, workspaceId: string): Place {
  const ids = idsOf(entry.uid, entry.recurrence_id, workspaceId);
  return { entry, ids, new_id: ids.at(-1) ?? '' };
}

/** The ids under which an entry's task may be; the last is made of workspace, UID and RECURRENCE-ID. */
function idsOf(
  uid: string,
  recurrenceId: string | null,
  workspaceId: string,
): [...own: string[], made: string] {
  const own = recurrenceId === null ? taskOfUid(uid) : undefined;
  const made = uuidOfName(workspaceId, JSON.stringify(['calendar-import', uid, recurrenceId]));
  return [...(own === undefined ? [] : [own]), made];
}

/** The same entries, each after the one that it is related to. A circle is cut where it is entered. */
function parentsFirst(drafts: ImportedTask[]): ImportedTask[] {
  const byUid = new Map(drafts.map((draft) => [draft.uid, draft]));
  const ordered = new Set<ImportedTask>();
  for (const draft of drafts) {
    const way = new Set<ImportedTask>();
    let at: ImportedTask | undefined = draft;
    while (at && !ordered.has(at) && !way.has(at)) {
      way.add(at);
      at = byUid.get(at.parent_uid ?? '');
    }
    for (const one of [...way].toReversed()) ordered.add(one);
  }
  return [...ordered];
}
