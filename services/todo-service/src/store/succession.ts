import { sql, type Transaction } from 'kysely';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import type { Task } from '@rondo/shared/contracts/task';
import type { Tables } from './tables.ts';
import { isUndo, isUndone } from './undone-events.ts';
import type { WorkingSet } from './working-set.ts';

/** A command about the successor of an occurrence. */
export type SuccessorCommand = Extract<TaskCommand, { of_task_id: string }>;

/** An occurrence and its successor, as far as they exist. */
export type Succession = { occurrence?: Task; successor?: Task };

/** Reads an occurrence and its successor, and locks both until the transaction ends. */
export async function findSuccession(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  { task_id: id, of_task_id: occurrenceId, workspace_id: workspaceId }: SuccessorCommand,
): Promise<Succession> {
  // No one may complete, reopen or change them between the decision and the write.
  await sql`
    SELECT FROM todo_service.tasks WHERE workspace_id = ${workspaceId} AND id = ANY(${[id, occurrenceId]}::uuid[])
    ORDER BY id FOR UPDATE`.execute(trx);
  await tasks.load([id, occurrenceId]);
  const [occurrence, successor] = [await tasks.find(occurrenceId), await tasks.find(id)];
  return { ...(occurrence ? { occurrence } : {}), ...(successor ? { successor } : {}) };
}

/** Whether an occurrence is complete, or was skipped and is still in the trash. */
export async function isClosed(
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

/** Whether someone changed a successor or its subtasks, as `findTouched` has it. */
export async function isTouched(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  successor: Task,
  undoing?: readonly string[],
): Promise<boolean> {
  const subtree = [successor, ...(await tasks.levelsBelow(successor.id)).flat()];
  return (await findTouched(trx, tasks, subtree, undoing)).length > 0;
}

/** Tasks with more versions were changed by someone: to look at each version would take too long. */
const maxVersions = 100;

/**
 * Finds the tasks that someone changed: not all versions since their creation were made by recurrence. A change that was undone doesn't
 * count, nor does the undo.
 * @param undoing the commands that this one undoes: what they changed doesn't count, nor does what this one has changed
 */
export async function findTouched(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  candidates: readonly Task[],
  undoing: readonly string[] = [],
): Promise<Task[]> {
  const few = candidates.filter(({ version }) => version <= maxVersions);
  if (few.length === 0) return [...candidates];
  const { rows } = await sql<{ task_id: string; created: number; made: number }>`
    SELECT task_id, created, count(*) AS made FROM (
      SELECT workspace_id, seq, command_id, turn_id, task_id, version, actor_source, undoes, undoes_turn,
             max(version) FILTER (WHERE event_type = 'task-created') OVER (PARTITION BY task_id) AS created
      FROM todo_service.events
      WHERE workspace_id = ${tasks.workspaceId} AND task_id = ANY(${few.map(({ id }) => id)}::uuid[])
    ) event
    WHERE version >= created AND (
      actor_source = 'recurrence' OR ${isUndo('event')} OR command_id = ANY(${undoing}::uuid[]) OR ${isUndone('event')}
    )
    GROUP BY task_id, created`.execute(trx);
  const madeOf = new Map(rows.map((row) => [row.task_id, row]));
  const undone = new Map<string, number>();
  if (undoing.length > 0)
    for (const { after } of tasks.changes) undone.set(after.id, (undone.get(after.id) ?? 0) + 1);
  return candidates.filter(({ id, version }) => {
    const found = madeOf.get(id);
    return !found || found.made + (undone.get(id) ?? 0) !== version - found.created + 1;
  });
}
