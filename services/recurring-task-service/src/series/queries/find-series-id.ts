import { sql, type Kysely, type Transaction } from 'kysely';
import { numberIn } from '@rondo/shared/contracts/task-reference';
import { notFound } from '@rondo/shared/errors';
import type { Tables } from '../../store/tables.ts';

/** The id of the series that a reference means: the id itself, or the number of any of its tasks. @throws AppError 404 */
export async function findSeriesId(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaceId: string,
  reference: string,
): Promise<string> {
  const number = numberIn(reference);
  if (number === undefined) return reference;
  const { rows } = await sql<{ series_id: string }>`
    SELECT series_id FROM recurring_task_service.tasks
    WHERE workspace_id = ${workspaceId} AND number = ${number} AND series_id IS NOT NULL
    ORDER BY version DESC LIMIT 1`.execute(database);
  const [row] = rows;
  if (!row) throw notFound('schedule');
  return row.series_id;
}
