import type { Task } from '@rondo/shared/contracts/task';
import { AppError, invalidInput } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import { noZones, type ZonesOfPerson } from '../domain/floating.ts';
import { decide, type Change, type Command, type DeletionScope } from '../domain/task.ts';
import type { WorkingSet } from './working-set.ts';

/** How many levels of tasks there may be, including the top level. */
const maxLevels = 10;

/** Whether a change puts a live task below another one, so that `checkPlace` is needed. */
export function placesBelowAnother({ before, after }: Change): boolean {
  if (after.parent_id === null || after.deleted_at !== null) return false;
  return !before || before.deleted_at !== null || before.parent_id !== after.parent_id;
}

/**
 * Adds a change to what the command decides, after checking where it puts the task.
 * @throws AppError 422 as `checkPlace`
 */
export async function applyInPlace(tasks: WorkingSet, change: Change): Promise<void> {
  await checkPlace(tasks, change);
  tasks.apply(change);
}

/** @throws AppError 422 unless the task's new parent is live, is not in the task's subtree, and leaves at most ten levels */
export async function checkPlace(tasks: WorkingSet, change: Change): Promise<void> {
  if (!placesBelowAnother(change)) return;
  const { before, after: task } = change;
  const refuse = (message: string) => invalidInput([{ field: 'parent_id', message }]);
  let level = 1;
  for (let parentId = task.parent_id; parentId !== null; level += 1) {
    if (parentId === task.id) throw refuse('is a subtask of the task itself');
    if (level === maxLevels) throw refuse(`is more than ${maxLevels} levels deep`);
    const parent = await tasks.find(parentId);
    if (level === 1 && (!parent || parent.deleted_at !== null)) throw refuse('is not one of your tasks');
    parentId = parent?.parent_id ?? null;
  }
  const levels = before ? await tasks.levelsBelow(task.id) : [];
  if (level + levels.length > maxLevels) throw refuse(`puts its subtasks more than ${maxLevels} levels deep`);
}

/** An earlier version of a task to return to. If its parent was purged since, it is at the top level, as when it is restored. */
export async function withParentThatIs(
  tasks: WorkingSet,
  earlier: Task,
): Promise<{ to: Task; isOrphaned: boolean }> {
  const { parent_id: parentId } = earlier;
  const isOrphaned = parentId !== null && (await tasks.find(parentId)) === undefined;
  return { to: isOrphaned ? { ...earlier, parent_id: null } : earlier, isOrphaned };
}

/** Moves a task and its live subtasks to the trash. `by`: who does it, if not who gave the command. */
export async function deleteSubtree(
  tasks: WorkingSet,
  task: Task,
  now: Date,
  { scope = 'series', by }: { scope?: DeletionScope; by?: 'recurrence' } = {},
): Promise<void> {
  const below = (await tasks.levelsBelow(task.id)).flat().filter(({ deleted_at }) => deleted_at === null);
  await inSlices([task, ...below], (one) =>
    applyDecision(tasks, one, { kind: 'delete', scope }, { now, zones: noZones, by }),
  );
}

/**
 * Restores a task and the subtasks that were deleted together with it. It moves to the top level if its parent was purged.
 * @throws AppError 409 `parent-deleted` if its parent is in the trash
 */
export async function restoreSubtree(
  tasks: WorkingSet,
  task: Task,
  now: Date,
  zones: ZonesOfPerson,
): Promise<void> {
  const parent = task.parent_id === null ? undefined : await tasks.find(task.parent_id);
  if (task.deleted_at !== null && parent && parent.deleted_at !== null) {
    throw new AppError(
      'parent-deleted',
      'The parent of this task is in the trash. Restore the parent first.',
      {
        status: 409,
        current: parent,
      },
    );
  }
  const below = (await tasks.levelsBelow(task.id))
    .flat()
    .filter(({ deleted_at }) => deleted_at === task.deleted_at);
  applyDecision(tasks, task, { kind: 'restore', toTop: !parent }, { now, zones });
  await inSlices(below, (one) =>
    applyDecision(tasks, one, { kind: 'restore', toTop: false }, { now, zones }),
  );
}

function applyDecision(
  tasks: WorkingSet,
  task: Task,
  command: Command,
  { now, zones, by }: { now: Date; zones: ZonesOfPerson; by?: Change['by'] },
): void {
  const change = decide(task, command, now, zones);
  if (change) tasks.apply(by === undefined ? change : { ...change, by });
}
