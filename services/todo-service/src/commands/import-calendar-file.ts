import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { inSlices } from '@rondo/shared/workers/slices';
import type { CommandContext, TodoContext } from '../context.ts';
import { decideCreation } from '../domain/task.ts';
import { importCalendar, type ImportRemark, type ImportedTask } from '../icalendar/import.ts';
import { taskOfUid } from '../icalendar/names.ts';
import { runCommand } from '../store/apply-command.ts';
import { countImport } from '../store/growth.ts';
import { noContent } from '../store/command-answer.ts';
import { applyInPlace } from '../store/subtree.ts';
import type { WorkingSet } from '../store/working-set.ts';

/** The result of an import: the number of created tasks, the entries without a task, and what some tasks lack. */
export type ImportReport = { imported: number; skipped: ImportRemark[]; notes: ImportRemark[] };

/** An entry with the ids under which its task may already exist, those of its parent, and the id of a new one. */
type Placement = { entry: ImportedTask; ids: string[]; parentIds: string[]; newId: string };

const batchSize = 500;

/**
 * Imports an iCalendar file as tasks, with up to 500 per command, so that one undo reverts 500. A task's id is derived from
 * workspace and UID, so the same entry is never imported twice.
 * @throws AppError 422 if the text is not iCalendar; 403 `quota-exceeded`, after which the batches before it stay imported
 */
export async function importCalendarFile(
  ctx: TodoContext,
  command: CommandContext,
  { text, timeZone }: { text: string; timeZone: string },
): Promise<ImportReport> {
  const { drafts, skipped, notes } = await importCalendar(text, timeZone);
  const { workspaceId } = command.identity;
  await countImport(ctx.database, workspaceId, ctx.clock.now());
  const placements: Placement[] = [];
  await inSlices(parentsFirst(drafts), (entry) => {
    placements.push(placementOf(entry, workspaceId));
  });
  const report: ImportReport = { imported: 0, skipped, notes };
  for (let from = 0; from < placements.length; from += batchSize) {
    const batch = placements.slice(from, from + batchSize);
    const done = await importBatch(ctx, command, batch);
    report.imported += done.imported;
    report.skipped.push(...done.skipped);
    report.notes.push(...done.notes);
  }
  return report;
}

async function importBatch(
  ctx: TodoContext,
  { identity, trace }: CommandContext,
  batch: Placement[],
): Promise<ImportReport> {
  let report: ImportReport = { imported: 0, skipped: [], notes: [] };
  await runCommand(ctx, { identity, trace }, async (tasks) => {
    // Only the last decision counts: an earlier one was not written.
    report = { imported: 0, skipped: [], notes: [] };
    await tasks.load(batch.flatMap(({ ids, parentIds }) => [...ids, ...parentIds]));
    await inSlices(batch, (placement) => importTask(ctx, tasks, placement, report));
    return { answer: noContent };
  });
  return report;
}

async function importTask(
  ctx: Pick<TodoContext, 'clock'>,
  tasks: WorkingSet,
  { entry, ids, parentIds, newId }: Placement,
  report: ImportReport,
): Promise<void> {
  const remark = (reason: string) => ({ uid: entry.uid, summary: entry.draft.title, reason });
  for (const id of ids) {
    const task = await tasks.find(id);
    if (task)
      return void report.skipped.push(
        remark(task.deleted_at === null ? 'it already exists' : 'it is in the trash'),
      );
  }
  const parent = await liveTask(tasks, parentIds);
  const createBelow = async (parentId: string | null) => {
    const draft = { ...entry.draft, parent_id: parentId };
    const change = decideCreation({ id: newId, workspace_id: tasks.workspaceId, draft }, ctx.clock.now());
    await applyInPlace(tasks, change);
  };
  try {
    const isBelow = parent ? await isAccepted(createBelow(parent.id)) : false;
    if (!isBelow) await createBelow(null);
    if (!isBelow && entry.parentUid !== null)
      report.notes.push(remark('it is at the top level, not below the entry that it is related to'));
    report.imported += 1;
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 422) throw error;
    report.skipped.push(remark(error.message));
  }
}

/** Whether a creation passes; a place that is too deep, or part of a cycle, is refused. */
async function isAccepted(creation: Promise<void>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return false;
    throw error;
  }
}

async function liveTask(tasks: WorkingSet, ids: string[]): Promise<Task | undefined> {
  for (const id of ids) {
    const task = await tasks.find(id);
    if (task && task.deleted_at === null) return task;
  }
  return undefined;
}

function placementOf(entry: ImportedTask, workspaceId: string): Placement {
  const ids = idsOf(entry.uid, entry.recurrenceId, workspaceId);
  const parentIds = entry.parentUid === null ? [] : idsOf(entry.parentUid, null, workspaceId);
  return { entry, ids, parentIds, newId: ids.at(-1) ?? '' };
}

/** The ids that an entry's task may have. A UID from our export names a task; the last id is derived from the entry. */
function idsOf(
  uid: string,
  recurrenceId: string | null,
  workspaceId: string,
): [...exported: string[], derived: string] {
  const exported = recurrenceId === null ? taskOfUid(uid) : undefined;
  const derived = uuidOfName(workspaceId, JSON.stringify(['calendar-import', uid, recurrenceId]));
  return [...(exported === undefined ? [] : [exported]), derived];
}

/** Sorts entries so that each follows its parent. A cycle is cut at its first entry. */
function parentsFirst(drafts: ImportedTask[]): ImportedTask[] {
  const byUid = new Map(drafts.map((draft) => [draft.uid, draft]));
  const ordered = new Set<ImportedTask>();
  for (const draft of drafts) {
    const path = new Set<ImportedTask>();
    let at: ImportedTask | undefined = draft;
    while (at && !ordered.has(at) && !path.has(at)) {
      path.add(at);
      at = byUid.get(at.parentUid ?? '');
    }
    for (const one of [...path].toReversed()) ordered.add(one);
  }
  return [...ordered];
}
