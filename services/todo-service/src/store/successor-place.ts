import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf, successorsOf } from '@rondo/shared/contracts/successor-id';
import { isOpenOccurrence } from '../domain/occurrence.ts';
import type { Succession } from './succession.ts';
import type { WorkingSet } from './working-set.ts';

/** How many occurrences of a parent are looked up at once. */
const occurrencesPerQuery = 50;

/**
 * Where the successor of an occurrence goes: below the last occurrence of its parent.
 * @returns undefined if there is to be none: the occurrence is below an open one, whose successor will bring it, or below
 * one whose successor has brought it
 */
export async function placeOfSuccessor(
  tasks: WorkingSet,
  { occurrence, successor }: { occurrence: Task; successor: Succession['successor'] | undefined },
): Promise<{ parent_id: string | null } | undefined> {
  if (occurrence.parent_id === null) return { parent_id: null };
  const parent = await tasks.find(occurrence.parent_id);
  const ancestor = await nearestRecurring(tasks, parent);
  if (ancestor && isOpenOccurrence(ancestor)) return undefined;
  if (parent && ancestor) {
    const ancestorAfter = await tasks.find(successorIdOf(ancestor.id));
    if (ancestorAfter?.deleted_at === null && successor?.deleted_at === null) return undefined;
    const last = await lastOccurrence(tasks, { ancestor, parent });
    if (last) return { parent_id: last.id };
  }
  return { parent_id: parent?.deleted_at === null ? parent.id : null };
}

/** The parent's last live copy below a live later occurrence of its recurring ancestor, or of itself. Skipped ones are passed over. */
async function lastOccurrence(
  tasks: WorkingSet,
  { ancestor, parent }: { ancestor: Task; parent: Task },
): Promise<Task | undefined> {
  let last: Task | undefined;
  let [ancestorId, parentId] = [ancestor.id, parent.id];
  for (;;) {
    const ancestorIds = successorsOf(ancestorId, occurrencesPerQuery);
    const parentIds = successorsOf(parentId, occurrencesPerQuery);
    await tasks.load([...ancestorIds, ...parentIds]);
    for (const [index, id] of ancestorIds.entries()) {
      const later = await tasks.find(id);
      if (!later) return last;
      const copy = await tasks.find(parentIds[index] ?? '');
      if (later.deleted_at === null && copy?.deleted_at === null) last = copy;
    }
    ancestorId = ancestorIds.at(-1) ?? ancestorId;
    parentId = parentIds.at(-1) ?? parentId;
  }
}

async function nearestRecurring(tasks: WorkingSet, parent: Task | undefined): Promise<Task | undefined> {
  let task = parent;
  while (task && !task.is_recurring)
    task = task.parent_id === null ? undefined : await tasks.find(task.parent_id);
  return task;
}
