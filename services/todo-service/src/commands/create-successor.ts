import type { Transaction } from 'kysely';
import type { CreateSuccessor } from '@rondo/shared/contracts/task-command';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { ZonesOfPerson } from '../domain/floating.ts';
import { contentOfSuccessor, dateOfSuccessor, daysUntil } from '../domain/successor.ts';
import { decide, decideCreation, type TaskContent } from '../domain/task.ts';
import { personZoneOf } from '../store/series.ts';
import { applyInPlace } from '../store/subtree.ts';
import { otherOpenOccurrences } from '../store/one-open-occurrence.ts';
import { findSuccession, isClosed, isTouched } from '../store/succession.ts';
import { placeOfSuccessor } from '../store/successor-place.ts';
import type { Tables } from '../store/tables.ts';
import type { WorkingSet } from '../store/working-set.ts';

/**
 * Creates the successor of a closed occurrence, with its subtasks as pending ones. An existing successor is updated,
 * unless someone changed it. A subtask gets none while the successor of its parent will bring it, or has brought it. A recurring
 * subtask that is still open stays where it is, with its subtasks: its successor goes below that of the parent.
 */
export async function createSuccessor(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  command: CreateSuccessor,
  { now, zones }: { now: Date; zones: ZonesOfPerson },
): Promise<void> {
  const { occurrence, successor } = await findSuccession(trx, tasks, command);
  if (!occurrence || !(await isClosed(trx, occurrence))) return;
  if (successor && (await isTouched(trx, tasks, successor))) return;
  const place = await placeOfSuccessor(tasks, { occurrence, successor });
  if (!place) return;
  // An earlier occurrence may have been reopened in the meantime.
  const others = await otherOpenOccurrences(trx, tasks, { ...occurrence, id: command.task_id });
  if (others.length > 0) return;
  const due_date = dateOfSuccessor(command.due_date, occurrence);
  const { series_id: seriesId } = occurrence;
  const personZone = (await personZoneOf(trx, tasks.workspaceId, seriesId)) ?? zones.settingsZone;
  const days = daysUntil(due_date, occurrence, personZone);
  const content = contentOfSuccessor(occurrence, { days, ...place, personZone, due_date });
  const at = { now, zones: { ...zones, timeZone: personZone } };
  await createOrUpdate(tasks, { id: command.task_id, series_id: seriesId }, content, at);
  for (const child of await subtasksOf(tasks, occurrence)) {
    const id = successorIdOf(child.id);
    const { series_id } = child;
    if ((await otherOpenOccurrences(trx, tasks, { id, series_id })).length > 0) continue;
    const parent_id = successorIdOf(child.parent_id ?? '');
    // Its parent is not copied, because a series goes on in another occurrence.
    if ((await tasks.find(parent_id))?.deleted_at !== null) continue;
    const ofChild = contentOfSuccessor(child, { days, parent_id, personZone });
    await createOrUpdate(tasks, { id, series_id }, ofChild, at);
  }
}

/**
 * The subtasks of an occurrence that are live, or were deleted together with it; parents first. Of a series below it, the
 * last occurrence.
 */
async function subtasksOf(tasks: WorkingSet, occurrence: Task): Promise<Task[]> {
  const below = (await tasks.levelsBelow(occurrence.id)).flat();
  const isThere = ({ deleted_at: deletedAt }: Task) =>
    deletedAt === null || deletedAt === occurrence.deleted_at;
  const ofSeries = new Map(
    below.filter((task) => isThere(task) && task.is_recurring).map(({ id, series_id }) => [id, series_id]),
  );
  const included = new Set([occurrence.id]);
  return below.filter((task) => {
    const { id, parent_id: parentId, series_id } = task;
    const isLast = !ofSeries.has(id) || ofSeries.get(successorIdOf(id)) !== series_id;
    return isThere(task) && isLast && included.has(parentId ?? '') && included.add(id);
  });
}

/** Creates a task with this content, or gives the content to the existing one, which leaves the trash. */
async function createOrUpdate(
  tasks: WorkingSet,
  { id, series_id }: { id: string; series_id: string | null },
  content: TaskContent,
  { now, zones }: { now: Date; zones: ZonesOfPerson },
): Promise<void> {
  const existing = await tasks.find(id);
  const change = existing
    ? decide(existing, { kind: 'revert', to: content }, now, zones)
    : decideCreation(
        {
          id,
          workspace_id: tasks.workspaceId,
          draft: content,
          series_id,
          purgedAtVersion: await tasks.purgedAtVersion(id),
        },
        now,
        zones,
      );
  if (change) await applyInPlace(tasks, { ...change, personZone: zones.timeZone });
}
