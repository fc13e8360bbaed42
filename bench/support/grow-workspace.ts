import type { Pool } from 'pg';

/**
 * Multiplies the tasks of a workspace and their events, inside the database: the quota of a workspace ends at 100,000 tasks, and a
 * million creations would take a quarter of an hour. Copy n of a task was created n seconds before it.
 */
export async function growWorkspace(database: Pool, workspaceId: string, factor: number): Promise<void> {
  const client = await database.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query('BEGIN');
    await client.query(
      `CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
       SELECT id, n, version, created_at,
              (lpad(to_hex(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint - n * 1000), 12, '0')
               || substring(replace(id::text, '-', '') FROM 13))::uuid AS copy_id,
              to_char(created_at::timestamptz AT TIME ZONE 'UTC' - n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                AS copy_created_at
       FROM todo_service.tasks CROSS JOIN generate_series(1, $2::int - 1) AS n WHERE workspace_id = $1`,
      [workspaceId, factor],
    );
    await client.query(
      `INSERT INTO todo_service.tasks (workspace_id, id, version, task, due_at, due_on, title_key, search, status, priority,
                                       list, labels, parent_id, created_at, deleted_at, updated_at, completed_at)
       SELECT workspace_id, copy_id, task.version,
              replace(replace(task::text, task.id::text, copy_id::text), task.created_at, copy_created_at)::json,
              due_at, due_on, title_key, search, status, priority, list, labels, parent_id, copy_created_at, deleted_at,
              updated_at - n * interval '1 second', completed_at
       FROM copies JOIN todo_service.tasks task USING (id) WHERE workspace_id = $1 ORDER BY copy_id`,
      [workspaceId],
    );
    await client.query(
      `INSERT INTO todo_service.events (workspace_id, seq, event_id, event_type, task_id, version, actor_id, actor_source,
                                        command_id, occurred_at, changed, payload, traceparent, time_zone)
       SELECT workspace_id, head.seq + row_number() OVER (ORDER BY copy_id), gen_random_uuid(), event_type, copy_id,
              event.version, actor_id, actor_source, command_id, copy_created_at, changed,
              replace(payload::text, event.task_id::text, copy_id::text)::json, traceparent, time_zone
       FROM copies JOIN todo_service.events event ON event.task_id = copies.id AND event.version = copies.version
       CROSS JOIN (SELECT seq FROM todo_service.workspaces WHERE id = $1) head
       WHERE workspace_id = $1`,
      [workspaceId],
    );
    await client.query(
      `UPDATE todo_service.workspaces SET
         seq = (SELECT max(seq) FROM todo_service.events WHERE workspace_id = $1),
         pending = pending * $2, in_progress = in_progress * $2, complete = complete * $2, trashed = trashed * $2
       WHERE id = $1`,
      [workspaceId, factor],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
