import { setTimeout as pause } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { inSlices } from '@rondo/shared/workers/slices';
import { seriesOfRow, type SeriesRow, type Tables } from '../../store/tables.ts';
import { computableOccurrences } from '../domain/next-occurrences.ts';

/** Rows are locked for as long as their dates are computed. */
const batchSize = 5;
/** After a batch it pauses for a multiple of the batch's time, so that it leaves the processor to others. */
const pauseFactor = 4;
const longestPauseMs = 2_000;

/** Computes the next occurrences of all series that lack them, in batches, each in its own transaction. */
export async function computeMissingOccurrences(
  database: Kysely<Tables>,
  stopping: AbortSignal,
): Promise<void> {
  while (!stopping.aborted) {
    const began = performance.now();
    const computed = await database.transaction().execute(async (trx) => {
      const { rows } = await sql<SeriesRow & { scheduled: string | null }>`
        SELECT series.*, (
          SELECT scheduled FROM recurring_task_service.tasks
          WHERE tasks.workspace_id = series.workspace_id AND tasks.id = series.current_task_id
        ) AS scheduled
        FROM recurring_task_service.series WHERE next_occurrences IS NULL
        ORDER BY workspace_id, id LIMIT ${batchSize} FOR UPDATE OF series SKIP LOCKED`.execute(trx);
      const found: { workspace_id: string; id: string; next_occurrences: string[] }[] = [];
      await inSlices(rows, ({ scheduled, ...row }) => {
        const { workspace_id, id } = row;
        found.push({
          workspace_id,
          id,
          next_occurrences: computableOccurrences(seriesOfRow(row), scheduled),
        });
      });
      await sql`
        UPDATE recurring_task_service.series SET next_occurrences = given.next_occurrences
        FROM json_to_recordset(${JSON.stringify(found)}::json)
          AS given (workspace_id uuid, id uuid, next_occurrences json)
        WHERE series.workspace_id = given.workspace_id AND series.id = given.id`.execute(trx);
      return rows.length;
    });
    if (computed < batchSize) return;
    const pauseMs = Math.min((performance.now() - began) * pauseFactor, longestPauseMs);
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}
