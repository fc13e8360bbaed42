import type { Task } from '@rondo/shared/contracts/task';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { decide, decideCreation, type Creation } from '../domain/task.ts';
import { applyInPlace } from './subtree.ts';
import type { WorkingSet } from './working-set.ts';

/**
 * Creates a task, after the versions of a purged one that had its id; or gives the content of the creation to `trashed`, a task in the
 * trash. @returns the task @throws AppError as `decideCreation` and `applyInPlace`
 */
export async function createOrRestore(
  tasks: WorkingSet,
  given: Omit<Creation, 'workspace_id' | 'purgedAtVersion'>,
  trashed: Task | undefined,
  { now, zones }: { now: Date; zones: ZonesOfPerson },
): Promise<Task> {
  const purgedAtVersion = await tasks.purgedAtVersion(given.id);
  const creation = decideCreation({ ...given, workspace_id: tasks.workspaceId, purgedAtVersion }, now, zones);
  const change = trashed ? decide(trashed, { kind: 'revert', to: creation.after }, now, zones) : creation;
  if (change) await applyInPlace(tasks, change);
  return change?.after ?? creation.after;
}
