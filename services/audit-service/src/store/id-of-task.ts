import { sql, type RawBuilder } from 'kysely';
import { numberIn } from '@rondo/shared/contracts/task-reference';

/** Part of a statement: the id of the task that a reference means; null for a number that no record gives to a task. */
export function idOfTask(workspaceId: string, reference: string): RawBuilder<string | null> {
  const number = numberIn(reference);
  if (number === undefined) return sql`${reference}`;
  return sql`(
    SELECT task_id FROM audit_service.audit_records
    WHERE workspace_id = ${workspaceId} AND task_number = ${number} LIMIT 1
  )`;
}
