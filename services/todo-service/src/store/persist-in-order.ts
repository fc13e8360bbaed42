import { sql, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { nextSlice } from '@rondo/shared/workers/slices';
import { whyRefused } from './growth.ts';
import { numbered } from './numbered.ts';
import { isIdTaken, persist, type PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';
import { VersionMoved } from './version-moved.ts';

/**
 * Writes the changes of one command in the given order; a task may have several. All tasks are locked before the row of
 * the workspace is, as in every other write, so that two transactions can't deadlock.
 * @returns the created tasks as they are after their last change, with their numbers
 * @throws VersionMoved if a task was at another version, or the id of a creation is taken; AppError 403 `quota-exceeded`. The
 * transaction must be rolled back.
 */
export async function persistInOrder(trx: Transaction<Tables>, changes: PendingChange[]): Promise<Task[]> {
  const ids = [...new Set(changes.map(({ after }) => after.id))];
  await sql`
    SELECT FROM todo_service.tasks
    WHERE workspace_id = ${changes[0]?.after.workspace_id} AND id = ANY(${ids}::uuid[])
    ORDER BY id FOR UPDATE`.execute(trx);
  const created = new Map<string, Task>();
  for (const run of withoutRepeatedTasks(changes)) {
    await nextSlice();
    const numberedRun = run.map((change) => withNumberOf(created.get(change.after.id), change));
    const outcomes = await persist(trx, numberedRun).catch((error: unknown) => {
      throw isIdTaken(error) ? new VersionMoved() : error;
    });
    for (const [index, change] of numberedRun.entries()) {
      const { after } = change;
      const outcome = outcomes[index];
      if (outcome?.is === 'refused') throw await whyRefused(trx, after.workspace_id, outcome.growth);
      if (outcome?.is !== 'written') throw new VersionMoved();
      if (outcome.number !== null) created.set(after.id, numbered(change, outcome.number).task);
      else if (created.has(after.id)) created.set(after.id, after);
    }
  }
  return [...created.values()];
}

/** A change of a task that the same command created: it was decided before the task had a number. */
function withNumberOf(created: Task | undefined, change: PendingChange): PendingChange {
  const { number, rank } = created ?? {};
  if (number === undefined || rank === undefined) return change;
  const placed = (task: Task) => ({ rank, ...task, number });
  const after = placed(change.after);
  return {
    ...change,
    after,
    ...(change.before ? { before: placed(change.before) } : {}),
    taskJson: JSON.stringify(after),
  };
}

/** The input of a statement is made in one piece, which blocks the process. */
const maxRun = { changes: 500, characters: 1024 * 1024 };

/** Splits changes, in order, into runs of a limited length with at most one change per task. */
function withoutRepeatedTasks(changes: PendingChange[]): PendingChange[][] {
  const runs: PendingChange[][] = [];
  let seen = new Set<string>();
  let characters = 0;
  for (const change of changes) {
    const last = runs.at(-1);
    const { length } = change.taskJson;
    const isFull = last?.length === maxRun.changes || characters + length > maxRun.characters;
    if (last === undefined || isFull || seen.has(change.after.id)) {
      runs.push([change]);
      seen = new Set([change.after.id]);
      characters = length;
    } else {
      last.push(change);
      seen.add(change.after.id);
      characters += length;
    }
  }
  return runs;
}
