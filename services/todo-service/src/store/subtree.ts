import type { Task } from '@rondo/shared/contracts/task';
import { AppError, invalidInput } from '@rondo/shared/errors';
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

/** Moves a task and its live subtasks to the trash. */
export async function deleteSubtree(
  tasks: WorkingSet,
  task: Task,
  now: Date,
  scope: DeletionScope = 'series',
): Promise<void> {
  const below = (await tasks.levelsBelow(task.id)).flat().filter(({ deleted_at }) => deleted_at === null);
  for (const one of [task, ...below]) applyDecision(tasks, one, { kind: 'delete', scope }, now);
}

/**
 * Restores a task and the subtasks that were deleted together with it. It moves to the top level if its parent was purged.
 * @throws AppError 409 `parent-deleted` if its parent is in the trash
 */
export async function restoreSubtree(tasks: WorkingSet, task: Task, now: Date): Promise<void> {
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
  applyDecision(tasks, task, { kind: 'restore', toTop: !parent }, now);
  for (const one of below) applyDecision(tasks, one, { kind: 'restore', toTop: false }, now);
}

function applyDecision(tasks: WorkingSet, task: Task, command: Command, now: Date): void {
  const change = decide(task, command, now);
  if (change) tasks.apply(change);
}
