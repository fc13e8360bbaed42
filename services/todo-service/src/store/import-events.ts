import { sql, type Kysely, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';
import { isUndo, isUndone, isUndoneOfImport } from './undone-events.ts';
import { isZoneMove } from './zone-moves.ts';

type Database = Kysely<Tables> | Transaction<Tables>;

export type ImportRow = Pick<Tables['todo_service.imports'], 'id' | 'workspace_id' | 'undone_at'>;

/** A task with more later versions has changed since, even if all of them were undone: to look at each would take too long. */
const maxLaterVersions = 100;

/** What an import did to a task and is not undone yet. `hasChanged`: a later change of the task stands. */
export type ImportEvent = {
  seq: number;
  task_id: string;
  version: number;
  event_type: string;
  hasChanged: boolean;
};

export async function findImport(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<ImportRow | undefined> {
  return database
    .selectFrom('todo_service.imports')
    .select(['id', 'workspace_id', 'undone_at'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Reads the events of an import before a seq that are not undone, latest first: each task before its parent. */
export async function readImportEvents(
  database: Database,
  made: ImportRow,
  { before, limit }: { before: number; limit: number },
): Promise<ImportEvent[]> {
  const { rows } = await sql<ImportEvent>`
    SELECT seq, task_id, version, event_type, EXISTS (
      SELECT FROM todo_service.events later
      WHERE later.workspace_id = event.workspace_id AND later.task_id = event.task_id AND later.version > event.version
        AND later.version <= event.version + ${maxLaterVersions}
        AND NOT ${isUndo('later')} AND NOT (${isZoneMove}) AND NOT ${isUndone('later')}
    ) OR EXISTS (
      SELECT FROM todo_service.events later
      WHERE later.workspace_id = event.workspace_id AND later.task_id = event.task_id
        AND later.version = event.version + ${maxLaterVersions} + 1
    ) AS "hasChanged"
    FROM todo_service.events event WHERE ${isOf(made)} AND seq < ${before} ORDER BY seq DESC LIMIT ${limit}`.execute(
    database,
  );
  return rows;
}

export async function countImportEvents(
  database: Database,
  made: ImportRow,
  before: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM todo_service.events event WHERE ${isOf(made)} AND seq < ${before}`.execute(
    database,
  );
  return rows[0]?.count ?? 0;
}

/**
 * The index of commands finds the events in their order. IS NOT DISTINCT FROM keeps the planner from reading all events of the workspace
 * instead.
 */
function isOf({ id, workspace_id: workspaceId }: ImportRow) {
  return sql`event.command_id = ${id} AND event.workspace_id IS NOT DISTINCT FROM ${workspaceId}::uuid
    AND NOT ${isUndoneOfImport('event')}`;
}
