import type { Transaction } from 'kysely';
import { deleteSubtree } from '../store/subtree.ts';
import { findSuccession, isClosed, isTouched, type SuccessorCommand } from '../store/succession.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';

/** Moves a successor to the trash if its occurrence is open again, unless someone changed the successor. */
export async function revokeSuccessor(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: SuccessorCommand,
  now: Date,
): Promise<void> {
  const { occurrence, successor } = await findSuccession(trx, tasks, command);
  if (!successor || successor.deleted_at !== null) return;
  if (occurrence && (await isClosed(trx, occurrence))) return;
  if (await isTouched(trx, tasks, successor)) return;
  await deleteSubtree(tasks, successor, now);
}
