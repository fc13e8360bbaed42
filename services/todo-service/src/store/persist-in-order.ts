import { sql, type Transaction } from 'kysely';
import { nextSlice } from '@rondo/shared/workers/slices';
import { whyRefused } from './growth.ts';
import { persist, type PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';
import { VersionMoved } from './version-moved.ts';

/**
 * Writes the changes of one command in the given order; a task may have several. All tasks are locked before the row of
 * the workspace is, as in every other write, so that two transactions can't deadlock.
 * @throws VersionMoved if a task was at another version; AppError 403 `quota-exceeded`. The transaction must be rolled back.
 */
export async function persistInOrder(trx: Transaction<Tables>, changes: PendingChange[]): Promise<void> {
  const ids = [...new Set(changes.map(({ after }) => after.id))];
  await sql`
    SELECT FROM todo_service.tasks
    WHERE workspace_id = ${changes[0]?.after.workspace_id} AND id = ANY(${ids}::uuid[])
    ORDER BY id FOR UPDATE`.execute(trx);
  for (const run of withoutRepeatedTasks(changes)) {
    await nextSlice();
    for (const [index, outcome] of (await persist(trx, run)).entries()) {
      if (outcome === undefined) throw new VersionMoved();
      const { after } = run[index] ?? {};
      if (typeof outcome === 'object' && after) throw await whyRefused(trx, after.workspace_id, outcome);
    }
  }
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
