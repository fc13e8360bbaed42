import type { Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { noChange } from '../domain/no-change.ts';
import { decide } from '../domain/task.ts';
import { findVersions, versionsAtOnce } from '../queries/find-version.ts';
import { checkNotMovedOn, checkPlaces, checkSubtasks } from './moved-on.ts';
import { keepOneOpen } from './one-open-occurrence.ts';
import { deleteSubtree, withParentThatIs } from './subtree.ts';
import type { Tables } from './tables.ts';
import type { EventToUndo } from './undo-target.ts';
import { versionRanges, type VersionRange } from './version-ranges.ts';
import type { WorkingSet } from './working-set.ts';

/** The tasks after an undo, and the ids of those that are at the top level because their earlier parents were purged. */
export type Reverted = { tasks: Task[]; orphaned: string[] };

type At = { now: Date; zones: ZonesOfPerson };

/**
 * Undoes what commands did to tasks, with a few queries for all of them: what they created goes to the trash, everything else returns
 * to the version before. Zone moves of the person stay, and so do moves out of purged parents.
 * @param events latest first
 * @throws AppError 409 `undo-conflict` if tasks have changed since, `occurrence-open` if it would open a second occurrence of a
 * series; 404 if an earlier version was pruned
 */
export async function revertEvents(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  events: readonly EventToUndo[],
  at: At,
): Promise<Reverted> {
  const undoing = [...new Set(events.map(({ command_id: id }) => id))];
  const ranges = versionRanges(events);
  const changed = ranges.filter(({ isCreation }) => !isCreation);
  const created = ranges.filter(({ isCreation }) => isCreation).toSorted((one, other) => other.seq - one.seq);
  await tasks.load(ranges.map(({ taskId }) => taskId));
  await tasks.loadBelow(created.map(({ taskId }) => taskId));
  await checkNotMovedOn(trx, tasks, ranges, undoing);
  const orphaned = await revertChanged(trx, tasks, changed, at);
  // What was moved below a created task has left it now.
  await checkSubtasks(trx, tasks, created, undoing);
  await inSlices(created, async ({ taskId }) => {
    const task = await tasks.find(taskId);
    if (task?.deleted_at === null) await deleteSubtree(tasks, task, at.now);
  });
  await checkPlaces(tasks);
  await recordAtLeastOne(tasks, ranges, at.now);
  const reverted = tasks.changes.map(({ after }) => after);
  await keepOneOpen(trx, tasks, at.now, undoing);
  return { tasks: reverted, orphaned };
}

/** Returns tasks to their versions from before. @returns the ids of those that are at the top level */
async function revertChanged(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  ranges: VersionRange[],
  at: At,
): Promise<string[]> {
  const orphaned: string[] = [];
  for (let from = 0; from < ranges.length; from += versionsAtOnce) {
    const chunk = ranges.slice(from, from + versionsAtOnce);
    const earlier = await earlierTasks(trx, tasks.workspaceId, chunk);
    await tasks.load([...earlier.values()].flatMap(({ parent_id: parentId }) => parentId ?? []));
    await inSlices(chunk, async ({ taskId }) => {
      const task = await tasks.find(taskId);
      const was = earlier.get(taskId);
      if (!task || !was) throw notFound('earlier version of the task');
      if (await revertTask(tasks, task, was, at)) orphaned.push(taskId);
    });
  }
  return orphaned;
}

/** Each task as it was before. */
async function earlierTasks(
  trx: Transaction<Tables>,
  workspaceId: string,
  ranges: VersionRange[],
): Promise<Map<string, Task>> {
  const versions = ranges.map(({ taskId: id, first }) => ({ id, version: first - 1 }));
  const texts = await findVersions({ database: trx }, workspaceId, versions);
  const tasks = new Map<string, Task>();
  await inSlices(texts, ([id, text]) => void tasks.set(id, JSON.parse(text) as Task));
  return tasks;
}

/** @returns whether the task is at the top level because its earlier parent was purged */
async function revertTask(
  tasks: WorkingSet,
  task: Task,
  earlier: Task,
  { now, zones }: At,
): Promise<boolean> {
  if (earlier.deleted_at !== null && task.deleted_at !== null) return false;
  const isLive = earlier.deleted_at === null;
  const { to, isOrphaned } = await withParentThatIs(tasks, earlier);
  const change = decide(task, isLive ? { kind: 'revert', to } : { kind: 'delete' }, now, zones);
  if (change) tasks.apply(change);
  return isLive && isOrphaned;
}

/** Changes that cancelled each other leave nothing to change, but an event has to say that they are undone. */
async function recordAtLeastOne(tasks: WorkingSet, ranges: VersionRange[], now: Date): Promise<void> {
  if (tasks.changes.length > 0) return;
  for (const { taskId } of ranges) {
    const task = await tasks.find(taskId);
    if (task?.deleted_at === null) return tasks.apply(noChange(task, now));
  }
}
