import { sql, type RawBuilder } from 'kysely';
import { numberIn } from '@rondo/shared/contracts/task-reference';

/** Part of a statement: the id of the task that a reference means; null for a number of no followed task. */
export function idOfTask(workspaceId: string, reference: string): RawBuilder<string | null> {
  const number = numberIn(reference);
  if (number === undefined) return sql`${reference}`;
  return sql`(
    SELECT task_id FROM notification_service.followed_tasks
    WHERE workspace_id = ${workspaceId} AND number = ${number} ORDER BY changed_at DESC LIMIT 1
  )`;
}
