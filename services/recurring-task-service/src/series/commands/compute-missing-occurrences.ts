import { setTimeout as pause } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { inSlices } from '@rondo/shared/workers/slices';
import { createWalk } from '@rondo/shared/workers/walk';
import { seriesOfRow, type SeriesRow, type Tables } from '../../store/tables.ts';
import { computableOccurrences } from '../domain/next-occurrences.ts';

/** Rows are locked for as long as their dates are computed. */
const batchSize = 5;
/** After a batch it pauses for a multiple of the batch's time, so that it leaves the processor to others. */
const pauseFactor = 4;
const longestPauseMs = 2_000;

/**
 * Computes the next occurrences of all series that lack them, in batches, each in its own transaction. Workspaces take turns.
 */
export async function computeMissingOccurrences(
  database: Kysely<Tables>,
  stopping: AbortSignal,
): Promise<void> {
  const computeNext = createWalk((after) => computeBatch(database, after));
  while (!stopping.aborted) {
    const began = performance.now();
    if (!(await computeNext())) return;
    const pauseMs = Math.min((performance.now() - began) * pauseFactor, longestPauseMs);
    await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** @returns the last workspace of the batch; undefined if no series after `last` lacks them */
function computeBatch(database: Kysely<Tables>, last: string): Promise<string | undefined> {
  return database.transaction().execute(async (trx) => {
    const { rows } = await sql<SeriesRow & { scheduled: string | null }>`
      SELECT series.*, (
        SELECT scheduled FROM recurring_task_service.tasks
        WHERE tasks.workspace_id = series.workspace_id AND tasks.id = series.current_task_id
      ) AS scheduled
      FROM recurring_task_service.series WHERE next_occurrences IS NULL AND workspace_id > ${last}
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
    return rows.at(-1)?.workspace_id;
  });
}
