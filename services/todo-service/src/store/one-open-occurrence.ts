import { sql, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { successorsOf } from '@rondo/shared/contracts/successor-id';
import { AppError } from '@rondo/shared/errors';
import { inSlices } from '@rondo/shared/workers/slices';
import { isOpenOccurrence, opensOccurrence } from '../domain/occurrence.ts';
import { deleteSubtree } from './subtree.ts';
import { isTouched } from './succession.ts';
import type { Tables } from './tables.ts';
import type { WorkingSet } from './working-set.ts';

/** How many occurrences of a series are looked up at once. Half as many that are missing in a row end the search. */
const occurrencesPerQuery = 200;

/**
 * Keeps each series at one open occurrence: revokes the later one for each occurrence that the command opens.
 * @param undoing the commands that this one undoes, latest first: of several occurrences that it opens, the first of the series stays
 * @throws AppError 409 `occurrence-open` if a person changed the other one
 */
export async function keepOneOpen(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  now: Date,
  undoing: readonly string[] = [],
): Promise<void> {
  const before = new Map<string, Task | undefined>();
  for (const change of tasks.changes)
    if (!before.has(change.after.id)) before.set(change.after.id, change.before);
  const changed = undoing.length === 0 ? [...before] : [...before].toReversed();
  await inSlices(changed, async ([id, task]) => {
    const after = await tasks.find(id);
    if (!after || !task || !opensOccurrence({ before: task, after })) return;
    for (const other of await otherOpenOccurrences(trx, tasks, after)) {
      if (await isTouched(trx, tasks, other, undoing)) throw occurrenceOpen(other);
      await deleteSubtree(tasks, other, now, { by: 'recurrence' });
    }
  });
}

/**
 * The occurrence that a person sees as the open one where a command names a task that recurrence revoked: Recurring may not know
 * of an undo yet. Any other task is returned as it is.
 */
export async function openInsteadOf(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  task: Task,
): Promise<Task | undefined> {
  if (task.deleted_at === null) return task;
  const { rows } = await sql`
    SELECT FROM todo_service.events
    WHERE workspace_id = ${task.workspace_id} AND task_id = ${task.id} AND version = ${task.version}
      AND event_type = 'task-deleted' AND actor_source = 'recurrence'`.execute(trx);
  return rows.length === 0 ? task : (await otherOpenOccurrences(trx, tasks, task))[0];
}

/** The open occurrences of a series except one. The ids of all occurrences follow from that of the first. */
export async function otherOpenOccurrences(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  { id, series_id: seriesId }: Pick<Task, 'id' | 'series_id'>,
): Promise<Task[]> {
  if (seriesId === null) return [];
  const changed = new Set(tasks.changes.map(({ after }) => after.id));
  const open: Task[] = [];
  let ids = [seriesId, ...successorsOf(seriesId, occurrencesPerQuery)];
  for (;;) {
    const { rows } = await sql<{ id: string; is_open: boolean }>`
      SELECT id, status <> 'complete' AND deleted_at IS NULL AS is_open FROM todo_service.tasks
      WHERE workspace_id = ${tasks.workspaceId} AND id = ANY (${ids}::uuid[])`.execute(trx);
    const stored = new Set(rows.filter((row) => row.is_open).map((row) => row.id));
    const candidates = ids.filter((one) => one !== id && (stored.has(one) || changed.has(one)));
    await tasks.load(candidates);
    for (const candidate of candidates) {
      const task = await tasks.find(candidate);
      if (task?.series_id === seriesId && isOpenOccurrence(task)) open.push(task);
    }
    const found = new Set(rows.map((row) => row.id));
    if (!ids.slice(-occurrencesPerQuery / 2).some((one) => found.has(one))) return open;
    ids = successorsOf(ids.at(-1) ?? seriesId, occurrencesPerQuery);
  }
}

function occurrenceOpen(current: Task): AppError {
  return new AppError(
    'occurrence-open',
    'Another occurrence of the series is open, and it was changed. Complete, skip or delete that one first.',
    { status: 409, current },
  );
}
