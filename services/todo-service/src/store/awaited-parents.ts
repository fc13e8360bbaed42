import { sql, type Transaction } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import { decide } from '../domain/task.ts';
import { applyInPlace } from './subtree.ts';
import type { Tables } from './tables.ts';
import type { WorkingSet } from './working-set.ts';

/** A task at the top level, and the ids that the task of the parent which it names may have. */
export type Awaiting = { childId: string; parentIds: string[] };

/** Remembers tasks whose parents are not there yet. */
export async function awaitParents(
  trx: Transaction<Tables>,
  workspaceId: string,
  awaiting: Awaiting[],
  now: Date,
): Promise<void> {
  const rows = awaiting.flatMap(({ childId, parentIds }) => parentIds.map((id) => [id, childId] as const));
  if (rows.length === 0) return;
  await sql`
    INSERT INTO todo_service.awaited_parents (workspace_id, parent_id, child_id, created_at)
    SELECT ${workspaceId}, parent_id, child_id, ${now.toISOString()}
    FROM unnest(${rows.map(([id]) => id)}::uuid[], ${rows.map(([, id]) => id)}::uuid[]) AS given (parent_id, child_id)
    ON CONFLICT DO NOTHING`.execute(trx);
}

/** The most children that one command moves. The others stay at the top level. */
const maxChildren = 500;

/**
 * Moves the tasks that waited for those which the command creates or restores below them. One that has got a parent meanwhile, is
 * gone, or can't be there stays as it is.
 */
export async function adoptChildren(trx: Transaction<Tables>, tasks: WorkingSet, now: Date): Promise<void> {
  const arrived = tasks.changes
    .filter(({ before, after }) => (!before || before.deleted_at !== null) && after.deleted_at === null)
    .map(({ after }) => after.id);
  if (arrived.length === 0) return;
  const { rows } = await sql<{ parent_id: string; child_id: string }>`
    DELETE FROM todo_service.awaited_parents WHERE (workspace_id, parent_id, child_id) IN (
      SELECT workspace_id, parent_id, child_id FROM todo_service.awaited_parents
      WHERE workspace_id = ${tasks.workspaceId} AND parent_id = ANY(${arrived}::uuid[])
      ORDER BY parent_id, child_id LIMIT ${maxChildren}
    ) RETURNING parent_id, child_id`.execute(trx);
  await tasks.load(rows.map(({ child_id: id }) => id));
  for (const { parent_id: parentId, child_id: childId } of rows) {
    const child = await tasks.find(childId);
    if (!child || child.deleted_at !== null || child.parent_id !== null) continue;
    const change = decide(child, { kind: 'patch', patch: { parent_id: parentId } }, now);
    try {
      if (change) await applyInPlace(tasks, change);
    } catch (error) {
      // A cycle, or too many levels.
      if (!(error instanceof AppError) || error.status !== 422) throw error;
    }
  }
}
