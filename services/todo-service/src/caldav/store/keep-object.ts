import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { JcalComponent } from '../../icalendar/time.ts';
import { countBytes } from '../../store/growth.ts';
import type { Tables } from '../../store/tables.ts';

/** The row of a task that a client put. */
export type StoredObject = { name: string; uid: string; extra: JcalComponent | null; revision: number };

export async function findStoredObject(
  trx: Transaction<Tables>,
  { workspace_id, id }: Task,
): Promise<StoredObject | undefined> {
  const row = await trx
    .selectFrom('todo_service.calendar_objects')
    .select(['name', 'uid', 'revision', sql<string>`extra::text`.as('extra')])
    .where('workspace_id', '=', workspace_id)
    .where('task_id', '=', id)
    .executeTakeFirst();
  return row && { ...row, extra: JSON.parse(row.extra) as JcalComponent | null };
}

/**
 * Writes the row of a task, which takes over the name of a task in the trash, and counts its bytes in the workspace. To call after the
 * tasks were written: every write locks tasks, then the workspace, then these rows.
 * @throws AppError 403 `quota-exceeded`
 */
export async function keepObject(
  trx: Transaction<Tables>,
  { workspace_id, id }: Task,
  { name, uid, extra }: Omit<StoredObject, 'revision'>,
): Promise<StoredObject> {
  const text = JSON.stringify(extra);
  const bytes = extra === null ? 0 : Buffer.byteLength(text);
  const { rows: before } = await sql<{ bytes: number }>`
    SELECT coalesce(sum(bytes), 0) AS bytes FROM todo_service.calendar_objects
    WHERE workspace_id = ${workspace_id} AND (task_id = ${id} OR name = ${name})`.execute(trx);
  await countBytes(trx, workspace_id, bytes - (before[0]?.bytes ?? 0));
  await sql`
    DELETE FROM todo_service.calendar_objects
    WHERE workspace_id = ${workspace_id} AND name = ${name} AND task_id <> ${id}`.execute(trx);
  const { rows } = await sql<{ revision: number }>`
    INSERT INTO todo_service.calendar_objects (workspace_id, task_id, name, uid, extra, bytes)
    VALUES (${workspace_id}, ${id}, ${name}, ${uid}, ${text}, ${bytes})
    ON CONFLICT (workspace_id, task_id) DO UPDATE SET
      name = excluded.name, uid = excluded.uid, extra = excluded.extra, bytes = excluded.bytes, revision = DEFAULT
    RETURNING revision`.execute(trx);
  return { name, uid, extra, revision: rows[0]?.revision ?? 0 };
}

/**
 * Forgets what only clients said of purged tasks, which makes room in their workspaces. The names stay for sync reports.
 * @param workspaceId only of this workspace
 * @returns how many rows had something, at most `limit`
 */
export async function forgetPurged(
  database: Kysely<Tables>,
  { limit, workspaceId }: { limit: number; workspaceId?: string },
): Promise<number> {
  const ofWorkspace = workspaceId === undefined ? sql`true` : sql`o.workspace_id = ${workspaceId}`;
  return database.transaction().execute(async (trx) => {
    const { rows } = await sql<{ workspace_id: string; task_id: string }>`
      SELECT workspace_id, task_id FROM todo_service.calendar_objects o
      WHERE ${ofWorkspace} AND bytes > 0 AND NOT EXISTS (
        SELECT FROM todo_service.tasks t WHERE t.workspace_id = o.workspace_id AND t.id = o.task_id
      ) LIMIT ${limit}`.execute(trx);
    if (rows.length === 0) return 0;
    // The workspaces first, as in every write. A task that was put again since then has more bytes, and stays.
    await sql`
      SELECT FROM todo_service.workspaces WHERE id = ANY(${rows.map((row) => row.workspace_id)}::uuid[])
      ORDER BY id FOR UPDATE`.execute(trx);
    await sql`
      WITH held AS (
        SELECT o.workspace_id, o.task_id, o.bytes FROM todo_service.calendar_objects o
        JOIN json_to_recordset(${JSON.stringify(rows)}::json) AS given (workspace_id uuid, task_id uuid)
          USING (workspace_id, task_id)
        WHERE NOT EXISTS (
          SELECT FROM todo_service.tasks t WHERE t.workspace_id = o.workspace_id AND t.id = o.task_id
        )
      ), emptied AS (
        UPDATE todo_service.calendar_objects o SET extra = 'null', bytes = 0 FROM held
        WHERE o.workspace_id = held.workspace_id AND o.task_id = held.task_id
      )
      UPDATE todo_service.workspaces SET bytes = workspaces.bytes - sums.bytes
      FROM (SELECT workspace_id, sum(bytes) AS bytes FROM held GROUP BY workspace_id) sums
      WHERE workspaces.id = sums.workspace_id`.execute(trx);
    return rows.length;
  });
}
