import { sql, type Transaction } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import { persist, type PendingChange } from './persist.ts';
import type { Tables } from './tables.ts';

/** A task was at another version than the change was decided on: decided again, it may pass. */
export class VersionMoved extends AppError {
  constructor() {
    super('conflict', 'The tasks keep changing. Try again.', { status: 409, retryable: true });
  }
}

/**
 * Writes the changes of one command in the order given; several may be of one task. All rows are locked before the
 * workspace's head is: whoever holds a task and waits for the head never meets one who holds the head.
 * @throws VersionMoved when some task was at another version: the transaction has to be given up
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

/** Splits changes, in order, into runs in which no task stands twice. */
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
