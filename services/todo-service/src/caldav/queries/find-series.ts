import { sql, type Kysely } from 'kysely';
import type { PublishedSeries } from '@rondo/shared/contracts/series-event';
import type { Task } from '@rondo/shared/contracts/task';
import type { Tables } from '../../store/tables.ts';

/** The series of a task as Recurring published it; undefined if it is not known. */
export async function findSeries(
  database: Kysely<Tables>,
  { workspace_id, series_id }: Task,
): Promise<PublishedSeries | undefined> {
  if (series_id === null) return undefined;
  const { rows } = await sql<{ state: string }>`
    SELECT state FROM todo_service.series WHERE workspace_id = ${workspace_id} AND id = ${series_id}`.execute(
    database,
  );
  return rows[0] && (JSON.parse(rows[0].state) as PublishedSeries);
}
