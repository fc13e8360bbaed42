import { sql, type Transaction } from 'kysely';
import type { CreateSuccessor, TaskCommand } from '@rondo/shared/contracts/task-command';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { contentOfSuccessor, daysUntil } from '../domain/successor.ts';
import { decide, type TaskContent } from '../domain/task.ts';
import type { Tables } from '../store/tables.ts';
import { applyInPlace, deleteFamily } from '../store/subtree.ts';
import type { WorkingSet } from '../store/working-set.ts';

type OfSuccessor = Extract<TaskCommand, { of_task_id: string }>;

/** What there is to look at before a successor is made or taken back. */
type Succession = { occurrence?: Task; successor?: Task };

/**
 * Decides the successor of an occurrence that was let go: made where it is not, renewed where nobody touched it. Its subtasks
 * are those of the occurrence, open again.
 */
export async function createSuccessor(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: CreateSuccessor,
  now: Date,
): Promise<void> {
  const { occurrence, successor } = await successionOf(trx, tasks, command);
  if (!occurrence || !(await wasLetGo(trx, occurrence))) return;
  if (successor && (await isTouched(trx, tasks, successor))) return;
  const days = daysUntil(command.due_date, occurrence);
  const parent = occurrence.parent_id === null ? undefined : await tasks.find(occurrence.parent_id);
  const parentId = parent && parent.deleted_at === null ? parent.id : null;
  const root = {
    ...contentOfSuccessor(occurrence, { days, parent_id: parentId }),
    due_date: command.due_date,
  };
  await settle(tasks, { id: command.task_id, series_id: occurrence.series_id }, root, now);
  for (const child of await wentAlong(tasks, occurrence)) {
    const content = contentOfSuccessor(child, { days, parent_id: successorIdOf(child.parent_id ?? '') });
    await settle(tasks, { id: successorIdOf(child.id), series_id: null }, content, now);
  }
}

/** Decides that a successor goes to the trash because its occurrence is open again, unless somebody touched it. */
export async function takeBackSuccessor(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: OfSuccessor,
  now: Date,
): Promise<void> {
  const { occurrence, successor } = await successionOf(trx, tasks, command);
  if (!successor || successor.deleted_at !== null) return;
  if (occurrence && (await wasLetGo(trx, occurrence))) return;
  if (await isTouched(trx, tasks, successor)) return;
  await deleteFamily(tasks, successor, now);
}

async function successionOf(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  { task_id: id, of_task_id: of, workspace_id: workspaceId }: OfSuccessor,
): Promise<Succession> {
  // Locked, so that nobody completes, reopens or touches them between the look and the write.
  await sql`
    SELECT FROM todo_service.tasks WHERE workspace_id = ${workspaceId} AND id = ANY(${[id, of]}::uuid[])
    ORDER BY id FOR UPDATE`.execute(trx);
  await tasks.load([id, of]);
  const [occurrence, successor] = [await tasks.find(of), await tasks.find(id)];
  return { ...(occurrence ? { occurrence } : {}), ...(successor ? { successor } : {}) };
}

/** Whether an occurrence is complete, or was skipped and is still in the trash. */
async function wasLetGo(
  trx: Transaction<Tables>,
  { id, workspace_id, version, status, deleted_at }: Task,
): Promise<boolean> {
  if (status === 'complete' || deleted_at === null) return status === 'complete';
  const { rows } = await sql`
    SELECT FROM todo_service.events
    WHERE workspace_id = ${workspace_id} AND task_id = ${id} AND version = ${version} AND event_type = 'task-skipped'`.execute(
    trx,
  );
  return rows.length > 0;
}

/** Whether any version of a successor or of what lives below it was not made by recurrence, as far as is known. */
async function isTouched(trx: Transaction<Tables>, tasks: WorkingSet, successor: Task): Promise<boolean> {
  const family = [successor, ...(await tasks.levelsBelow(successor.id)).flat()];
  const { rows } = await sql<{ made: number }>`
    SELECT count(*) AS made FROM todo_service.events
    WHERE workspace_id = ${successor.workspace_id} AND task_id = ANY(${family.map(({ id }) => id)}::uuid[])
      AND actor_source = 'recurrence'`.execute(trx);
  return rows[0]?.made !== family.reduce((sum, { version }) => sum + version, 0);
}

/** The subtasks that live below an occurrence, or went to the trash together with it; parents first. */
async function wentAlong(tasks: WorkingSet, occurrence: Task): Promise<Task[]> {
  const below = (await tasks.levelsBelow(occurrence.id)).flat();
  const taken = new Set([occurrence.id]);
  return below.filter(({ id, parent_id: parentId, deleted_at: deletedAt }) => {
    const isThere = deletedAt === null || deletedAt === occurrence.deleted_at;
    return isThere && taken.has(parentId ?? '') && taken.add(id);
  });
}

/** Gives a task of the successor its content, whether it has to be made, comes back from the trash, or is there. */
async function settle(
  tasks: WorkingSet,
  { id, series_id }: { id: string; series_id: string | null },
  content: TaskContent,
  now: Date,
): Promise<void> {
  const { workspace_id } = tasks;
  const known = await tasks.find(id);
  const change = known
    ? decide(known, { kind: 'revert', to: content }, now)
    : decide(undefined, { kind: 'create', id, workspace_id, draft: content, series_id }, now);
  if (change) await applyInPlace(tasks, change);
}
