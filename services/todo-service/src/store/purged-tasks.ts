import { sql } from 'kysely';

/** Whether the task of an event was deleted for good, by this event or later. An import may have created it again since. */
export function isPurged(event: string) {
  const of = (column: string) => sql.ref(`${event}.${column}`);
  return sql<boolean>`EXISTS (
    SELECT FROM todo_service.events purged
    WHERE purged.workspace_id = ${of('workspace_id')} AND purged.task_id = ${of('task_id')}
      AND purged.version >= ${of('version')} AND purged.event_type = 'task-purged'
  )`;
}

/** Whether an event only moved a task to the top level, out of a parent that was deleted for good since. */
export function isMoveOutOfPurged(event: string) {
  const of = (column: string) => sql.ref(`${event}.${column}`);
  return sql<boolean>`(
    ${of('changed')}::text = '["parent_id"]' AND ${of('payload')} ->> 'parent_id' IS NULL AND EXISTS (
      SELECT FROM todo_service.events earlier
      WHERE earlier.workspace_id = ${of('workspace_id')} AND earlier.task_id = ${of('task_id')}
        AND earlier.version = ${of('version')} - 1 AND NOT EXISTS (
          SELECT FROM todo_service.tasks parent
          WHERE parent.workspace_id = earlier.workspace_id AND parent.id = (earlier.payload ->> 'parent_id')::uuid
        )
    )
  )`;
}
