import { sql, type Transaction } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import { persist, type PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';

/** A task was not at the version that a change was decided on. A retry decides again, and may succeed. */
export class VersionMoved extends AppError {
  constructor() {
    super('conflict', 'The tasks keep changing. Try again.', { status: 409, retryable: true });
  }
}

/**
 * Writes the changes of one command in the given order; a task may have several. All tasks are locked before the row of
 * the workspace is, as in every other write, so that two transactions can't deadlock.
 * @throws VersionMoved if a task was at another version; the transaction must be rolled back
 */
export async function persistInOrder(trx: Transaction<Tables>, changes: PendingChange[]): Promise<void> {
  const ids = [...new Set(changes.map(({ after }) => after.id))];
  await sql`
    SELECT FROM todo_service.tasks
    WHERE workspace_id = ${changes[0]?.after.workspace_id} AND id = ANY(${ids}::uuid[])
    ORDER BY id FOR UPDATE`.execute(trx);
  for (const run of withoutRepeatedTasks(changes)) {
    const seqs = await persist(trx, run);
    if (seqs.includes(undefined)) throw new VersionMoved();
  }
}

/** Splits changes, in order, into runs with at most one change per task. */
function withoutRepeatedTasks(changes: PendingChange[]): PendingChange[][] {
  const runs: PendingChange[][] = [];
  let seen = new Set<string>();
  for (const change of changes) {
    const last = runs.at(-1);
    if (last === undefined || seen.has(change.after.id)) {
      runs.push([change]);
      seen = new Set([change.after.id]);
    } else {
      last.push(change);
      seen.add(change.after.id);
    }
  }
  return runs;
}
