import { setTimeout as pause } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import type { Log } from '@rondo/shared/observability/log';
import { readKeysAfter } from '@rondo/shared/database/keys-after';
import { eachKey } from '@rondo/shared/workers/each-key';
import { seriesOfRow, type SeriesRow, type Tables } from '../../store/tables.ts';
import { computableOccurrences } from '../domain/next-occurrences.ts';

/** After a series it pauses for a multiple of the time that it took, so that it leaves the processor to others. */
const pauseFactor = 4;
const longestPauseMs = 2_000;

/** Computes the next occurrences of all series that lack them, each in its own transaction. Workspaces take turns. */
export async function computeMissingOccurrences(
  { database, log }: { database: Kysely<Tables>; log: Log },
  stopping: AbortSignal,
): Promise<void> {
  const round = () =>
    eachKey({
      keysAfter: (turn) => readKeysAfter(database, lacking, turn),
      async work(workspaceId) {
        const began = performance.now();
        await computeFirst(database, workspaceId);
        const pauseMs = Math.min((performance.now() - began) * pauseFactor, longestPauseMs);
        await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined);
      },
      whenOneFails: 'a series waits for its next occurrences',
      log,
      stopping,
    });
  while ((await round()) > 0);
}

const isLacking = 'next_occurrences IS NULL';
const lacking = { table: 'recurring_task_service.series', key: 'workspace_id', where: isLacking };

/** Computes them for the first series of a workspace that lacks them. */
function computeFirst(database: Kysely<Tables>, workspaceId: string): Promise<void> {
  return database.transaction().execute(async (trx) => {
    const { rows } = await sql<SeriesRow & { scheduled: string | null }>`
      SELECT series.*, (
        SELECT scheduled FROM recurring_task_service.tasks
        WHERE tasks.workspace_id = series.workspace_id AND tasks.id = series.current_task_id
      ) AS scheduled
      FROM recurring_task_service.series WHERE ${sql.raw(isLacking)} AND workspace_id = ${workspaceId}
      ORDER BY id LIMIT 1 FOR UPDATE OF series SKIP LOCKED`.execute(trx);
    const [found] = rows;
    if (!found) return;
    const { scheduled, ...row } = found;
    const dates = JSON.stringify(computableOccurrences(seriesOfRow(row), scheduled));
    await sql`
      UPDATE recurring_task_service.series SET next_occurrences = ${dates}::json
      WHERE workspace_id = ${workspaceId} AND id = ${row.id}`.execute(trx);
  });
}
