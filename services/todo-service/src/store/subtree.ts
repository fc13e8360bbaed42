import type { Task } from '@rondo/shared/contracts/task';
import { AppError, invalidInput } from '@rondo/shared/errors';
import { decide, type Change, type Command, type DeletionScope } from '../domain/task.ts';
import type { WorkingSet } from './working-set.ts';

/** How many levels of tasks there may be, the topmost included. */
const deepestLevel = 10;

/** Whether a change puts a live task below another: then where it comes to stand has to be looked at. */
export function placesBelowAnother({ before, after }: Change): boolean {
  if (after.parent_id === null || after.deleted_at !== null) return false;
  return !before || before.deleted_at !== null || before.parent_id !== after.parent_id;
}

/**
 * Takes a change into what a command decides, after a look at where it puts the task.
 * @throws AppError 422 as `checkPlace`
 */
export async function applyInPlace(tasks: WorkingSet, change: Change): Promise<void> {
  await checkPlace(tasks, change);
  tasks.apply(change);
}

/** @throws AppError 422 unless the task comes to stand below a live task, not below itself, and not too deep */
export async function checkPlace(tasks: WorkingSet, change: Change): Promise<void> {
  if (!placesBelowAnother(change)) return;
  const { before, after: task } = change;
  const refuse = (message: string) => invalidInput([{ field: 'parent_id', message }]);
  let level = 1;
  for (let parentId = task.parent_id; parentId !== null; level += 1) {
    if (parentId === task.id) throw refuse('is a subtask of the task itself');
    if (level === deepestLevel) throw refuse(`is more than ${deepestLevel} levels deep`);
    const parent = await tasks.find(parentId);
    if (level === 1 && (!parent || parent.deleted_at !== null)) throw refuse('is no task of yours');
    parentId = parent?.parent_id ?? null;
  }
  const levels = before ? await tasks.levelsBelow(task.id) : [];
  if (level + levels.length > deepestLevel)
    throw refuse(`puts its subtasks more than ${deepestLevel} levels deep`);
}

/** Decides that a task goes to the trash, and what lives below it with it. */
export async function deleteFamily(
  tasks: WorkingSet,
  task: Task,
  now: Date,
  scope: DeletionScope = 'series',
): Promise<void> {
  const below = (await tasks.levelsBelow(task.id)).flat().filter(({ deleted_at }) => deleted_at === null);
  for (const one of [task, ...below]) applyDecision(tasks, one, { kind: 'delete', scope }, now);
}

/**
 * Decides that a task leaves the trash, and what went there with it. It comes back to the top when its parent is gone.
 * @throws AppError 409 `parent-deleted` while its parent is in the trash
 */
export async function restoreFamily(tasks: WorkingSet, task: Task, now: Date): Promise<void> {
  const parent = task.parent_id === null ? undefined : await tasks.find(task.parent_id);
  if (task.deleted_at !== null && parent && parent.deleted_at !== null) {
    throw new AppError('parent-deleted', 'Its parent is in the trash: restore that one.', {
      status: 409,
      current: parent,
    });
  }
  const below = (await tasks.levelsBelow(task.id))
    .flat()
    .filter(({ deleted_at }) => deleted_at === task.deleted_at);
  applyDecision(tasks, task, { kind: 'restore', to_the_top: !parent }, now);
  for (const one of below) applyDecision(tasks, one, { kind: 'restore', to_the_top: false }, now);
}

function applyDecision(tasks: WorkingSet, task: Task, command: Command, now: Date): void {
  const change = decide(task, command, now);
  if (change) tasks.apply(change);
}
