import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import type { ZonesOfPerson } from '../domain/floating.ts';
import type { ImportRemark } from '@rondo/shared/contracts/import-report';
import {
  idsOfEntry,
  parentsFirst,
  type ImportedEntry,
  type ImportedFile,
} from '../domain/imports/imported-file.ts';
import { addRemark, addRemarks, noRemarks, putFirst, type Remarks } from '../domain/imports/remarks.ts';
import { createOrRestore } from './create-or-restore.ts';
import type { WorkingSet } from './working-set.ts';

/** An entry with the ids under which its task may already exist, those of its parent, and the id of a new one. */
export type Placement = { entry: ImportedEntry; ids: string[]; parentIds: string[]; newId: string };

/** What became of the entries of a batch. */
export type Placed = Remarks & { imported: number };

/** Tasks of a transaction, and about how many bytes of them: between two batches the time is looked at. */
const batchLimits = { tasks: 500, bytes: 1024 * 1024 };
/** A batch that took longer than this is followed by a smaller one, down to a part of the limits. */
const batchMs = 1_000;
const leastShare = 1 / 16;
const bytesOfFields = 500;
const bytesOfDate = 30;
const bytesOfLabel = 30;

export type PlacingOptions = {
  workspaceId: string;
  /** Whether the time is over. The first batch is placed in any case. */
  isLate: () => boolean;
  /** In milliseconds. */
  now?: () => number;
};

/**
 * Places the entries of a file in batches of at most 500, parents first: fewer if they take long, as on a busy machine. After a time no further batch begins, and a remark says so.
 * @param placeBatch gets what the batches before it did, and whether it is the last one of the file
 */
export async function placeInBatches(
  { drafts, ...remarks }: ImportedFile,
  { workspaceId, isLate, now = () => performance.now() }: PlacingOptions,
  placeBatch: (batch: Placement[], before: Placed, isLast: boolean) => Promise<Placed>,
): Promise<Placed> {
  const placements: Placement[] = [];
  await inSlices(await parentsFirst(drafts), (entry) => {
    placements.push(placementOf(entry, workspaceId));
  });
  const result: Placed = { imported: 0, ...noRemarks() };
  addRemarks(result, remarks);
  let share = 1;
  for (let from = 0, end = 0; from < placements.length; from = end) {
    if (from > 0 && isLate()) {
      putFirst(result, 'skipped', notReached(placements.length - from));
      break;
    }
    end = endOfBatch(placements, from, share);
    const begin = now();
    const batch = await placeBatch(placements.slice(from, end), result, end === placements.length);
    share = nextShare(share, now() - begin);
    addPlaced(result, batch);
  }
  return result;
}

/** Adds what a batch did to what those before it did. */
export function addPlaced(result: Placed, batch: Placed): void {
  result.imported += batch.imported;
  addRemarks(result, batch);
}

/** The part of the limits that the next batch may have, after one that took some time. */
function nextShare(share: number, tookMs: number): number {
  return Math.min(1, Math.max(leastShare, (share * batchMs) / Math.max(1, tookMs)));
}

/** The index after the last entry of the batch that begins at an index. */
function endOfBatch(placements: Placement[], from: number, share: number): number {
  let bytes = 0;
  for (let index = from; index < placements.length; index += 1) {
    const { description, labels = [], exdates = [], rdates = [] } = placements[index]?.entry.draft ?? {};
    const dates = exdates.length + rdates.length;
    bytes += bytesOfFields + (description?.length ?? 0) + dates * bytesOfDate + labels.length * bytesOfLabel;
    const isFull = index - from >= share * batchLimits.tasks || bytes > share * batchLimits.bytes;
    if (isFull && index > from) return index;
  }
  return placements.length;
}

function notReached(count: number): ImportRemark {
  const reason = `${count.toLocaleString('en-US')} entries were not reached in time; import the file again to go on`;
  return { uid: null, summary: null, reason };
}

function placementOf(entry: ImportedEntry, workspaceId: string): Placement {
  const ids = idsOfEntry(entry, workspaceId);
  const parentIds = entry.parent ? idsOfEntry(entry.parent, workspaceId) : [];
  return { entry, ids, parentIds, newId: ids.at(-1) ?? '' };
}

/** Creates the task of an entry below that of its parent, or restores it as the entry has it. One that exists is skipped. */
export async function placeEntry(
  { now, zones }: { now: Date; zones: ZonesOfPerson },
  tasks: WorkingSet,
  { entry, ids, parentIds, newId }: Placement,
  placed: Placed,
): Promise<void> {
  const remark = (reason: string) => ({ uid: entry.uid, summary: entry.draft.title, reason });
  if (await liveTask(tasks, ids)) return addRemark(placed, 'skipped', remark('it already exists'));
  const trashed = await anyTask(tasks, ids);
  const parent = await liveTask(tasks, parentIds);
  const createBelow = async (parentId: string | null) => {
    const draft = { ...entry.draft, parent_id: parentId };
    const past = { created_at: entry.createdAt ?? null, completed_at: entry.completedAt ?? null };
    await createOrRestore(tasks, { id: newId, draft, ...past }, trashed, { now, zones });
  };
  try {
    const isBelow = parent ? await isAccepted(createBelow(parent.id)) : false;
    if (!isBelow) await createBelow(null);
    if (!isBelow && entry.parent)
      addRemark(placed, 'notes', remark('it is at the top level, not below the entry that it is related to'));
    placed.imported += 1;
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 422) throw error;
    addRemark(placed, 'skipped', remark(error.message));
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

/** The first live task with one of the ids. */
export async function liveTask(tasks: WorkingSet, ids: string[]): Promise<Task | undefined> {
  for (const id of ids) {
    const task = await tasks.find(id);
    if (task && task.deleted_at === null) return task;
  }
  return undefined;
}

/** The first task with one of the ids, in the trash or not. */
async function anyTask(tasks: WorkingSet, ids: string[]): Promise<Task | undefined> {
  for (const id of ids) {
    const task = await tasks.find(id);
    if (task) return task;
  }
  return undefined;
}
