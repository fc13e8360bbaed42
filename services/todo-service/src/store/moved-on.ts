import { sql, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { isMoveOutOfPurged } from './purged-tasks.ts';
import { checkPlace } from './subtree.ts';
import { findTouched } from './succession.ts';
import type { Tables } from './tables.ts';
import { isUndo, isUndone } from './undone-events.ts';
import { undoConflict } from './undo-target.ts';
import type { VersionRange } from './version-ranges.ts';
import type { WorkingSet } from './working-set.ts';
import { isZoneMove } from './zone-moves.ts';

type LaterChange = { task_id: string; command_id: string; event_type: string; agent_name: string | null };

/** A task that keeps commands from being undone, and why. */
type MovedOn = { id: string; message: string; current: Task | undefined };

/** Versions since the first of the changes to undo that are looked at, of all tasks together. */
const maxVersions = 20_000;

/** How many tasks a conflict names. */
const maxNamed = 20;

/**
 * Checks that after the first of the changes to undo, nothing else changed their tasks. That their person is in another zone now doesn't
 * count, nor does a move that nothing can undo.
 * @throws AppError 409 `undo-conflict` with the tasks and what changed them
 */
export async function checkNotMovedOn(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  ranges: readonly VersionRange[],
  undoing: readonly string[],
): Promise<void> {
  await checkFewVersions(tasks, ranges);
  const { rows } = await sql<LaterChange>`
    SELECT later.*
    FROM unnest(${ranges.map(({ taskId }) => taskId)}::uuid[], ${ranges.map(({ first }) => first)}::bigint[])
      AS range (task_id, version)
    CROSS JOIN LATERAL (
      SELECT task_id, command_id, event_type, agent ->> 'name' AS agent_name FROM todo_service.events later
      WHERE workspace_id = ${tasks.workspaceId} AND later.task_id = range.task_id AND later.version > range.version
        AND command_id <> ALL(${undoing}::uuid[]) AND NOT ${isUndo('later')} AND NOT (${isZoneMove})
        AND NOT ${isUndone('later')} AND NOT ${isMoveOutOfPurged('later')}
      ORDER BY later.version LIMIT 1
    ) later
    LIMIT ${maxNamed}`.execute(trx);
  const found: MovedOn[] = [];
  for (const { task_id: id, command_id: by, event_type: type, agent_name: agent } of rows) {
    const ofAgent = agent === null ? '' : ` of the agent ${agent}`;
    const message = `was changed since by the command ${by}${ofAgent} (${type})`;
    found.push({ id, message, current: await tasks.find(id) });
  }
  refuse(found);
}

/** @throws AppError 409 `undo-conflict` with the tasks that have changed most often since */
async function checkFewVersions(tasks: WorkingSet, ranges: readonly VersionRange[]): Promise<void> {
  const since: { task: Task; versions: number }[] = [];
  for (const { taskId, first } of ranges) {
    const task = await tasks.find(taskId);
    if (task) since.push({ task, versions: task.version - first });
  }
  if (since.reduce((sum, { versions }) => sum + versions, 0) <= maxVersions) return;
  const message = 'has changed too often since';
  refuse(
    since
      .toSorted((one, other) => other.versions - one.versions)
      .map(({ task }) => ({ id: task.id, message, current: task })),
  );
}

/**
 * Checks that nothing goes to the trash with a created task but what the same commands created, and what recurrence made.
 * @throws AppError 409 `undo-conflict`
 */
export async function checkSubtasks(
  trx: Transaction<Tables>,
  tasks: WorkingSet,
  created: readonly VersionRange[],
  undoing: readonly string[],
): Promise<void> {
  const own = new Set(created.map(({ taskId }) => taskId));
  const others = new Map<string, Task>();
  for (const { taskId } of created)
    for (const one of (await tasks.levelsBelow(taskId)).flat())
      if (one.deleted_at === null && !own.has(one.id)) others.set(one.id, one);
  const touched = await findTouched(trx, tasks, [...others.values()], undoing);
  const message = 'was added since below a task that the undo would move to the trash';
  refuse(touched.map((current) => ({ id: current.id, message, current })));
}

/** @throws AppError 409 `undo-conflict` with the tasks that can't return to their places */
export async function checkPlaces(tasks: WorkingSet): Promise<void> {
  const misplaced: MovedOn[] = [];
  for (const change of tasks.changes) {
    await checkPlace(tasks, change).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      const message = `can not return below its parent: ${error.message}`;
      misplaced.push({ id: change.after.id, message, current: change.before });
    });
    if (misplaced.length === maxNamed) break;
  }
  refuse(misplaced);
}

/** @throws AppError 409 if there is a task */
function refuse(found: MovedOn[]): void {
  const [first] = found;
  if (!first) return;
  const errors = found.slice(0, maxNamed).map(({ id, message }) => ({ field: `tasks/${id}`, message }));
  throw undoConflict('Tasks have changed since. Their histories show what happened.', {
    errors,
    ...(first.current ? { current: first.current } : {}),
  });
}
