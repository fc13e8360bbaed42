import type { Transaction } from 'kysely';
import type { CreateSuccessor } from '@rondo/shared/contracts/task-command';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { contentOfSuccessor, daysUntil } from '../domain/successor.ts';
import { decide, decideCreation, type TaskContent } from '../domain/task.ts';
import { applyInPlace } from '../store/subtree.ts';
import { findSuccession, isClosed, isTouched } from '../store/succession.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';

/**
 * Creates the successor of a closed occurrence, with its subtasks as pending ones. An existing successor is updated,
 * unless someone changed it.
 */
export async function createSuccessor(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: CreateSuccessor,
  now: Date,
): Promise<void> {
  const { occurrence, successor } = await findSuccession(trx, tasks, command);
  if (!occurrence || !(await isClosed(trx, occurrence))) return;
  if (successor && (await isTouched(trx, tasks, successor))) return;
  const days = daysUntil(command.due_date, occurrence);
  const parent = occurrence.parent_id === null ? undefined : await tasks.find(occurrence.parent_id);
  const parentId = parent && parent.deleted_at === null ? parent.id : null;
  const content = {
    ...contentOfSuccessor(occurrence, { days, parent_id: parentId }),
    due_date: command.due_date,
  };
  await createOrUpdate(tasks, { id: command.task_id, series_id: occurrence.series_id }, content, now);
  for (const child of await subtasksOf(tasks, occurrence)) {
    const childContent = contentOfSuccessor(child, { days, parent_id: successorIdOf(child.parent_id ?? '') });
    await createOrUpdate(tasks, { id: successorIdOf(child.id), series_id: null }, childContent, now);
  }
}

/** The subtasks of an occurrence that are live, or were deleted together with it; parents first. */
async function subtasksOf(tasks: WorkingSet, occurrence: Task): Promise<Task[]> {
  const below = (await tasks.levelsBelow(occurrence.id)).flat();
  const included = new Set([occurrence.id]);
  return below.filter(({ id, parent_id: parentId, deleted_at: deletedAt }) => {
    const isThere = deletedAt === null || deletedAt === occurrence.deleted_at;
    return isThere && included.has(parentId ?? '') && included.add(id);
  });
}

/** Creates a task with this content, or gives the content to the existing one, which leaves the trash. */
async function createOrUpdate(
  tasks: WorkingSet,
  { id, series_id }: { id: string; series_id: string | null },
  content: TaskContent,
  now: Date,
): Promise<void> {
  const existing = await tasks.find(id);
  const change = existing
    ? decide(existing, { kind: 'revert', to: content }, now)
    : decideCreation({ id, workspace_id: tasks.workspaceId, draft: content, series_id }, now);
  if (change) await applyInPlace(tasks, change);
}
