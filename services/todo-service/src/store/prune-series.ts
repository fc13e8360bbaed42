import { sql, type Kysely } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Retention } from '@rondo/shared/workers/retention';
import type { Tables } from './tables.ts';

/**
 * Deletes ended series whose last task is purged: nothing reads them again. Each batch follows the primary key from where the one
 * before ended.
 */
export function pruneSeries(database: Kysely<Tables>): Pick<Retention, 'deleteBatch' | 'oldest'> {
  const start = { workspace_id: lowestUuid, id: lowestUuid };
  let last = start;

  return {
    async deleteBatch(_before, limit) {
      for (;;) {
        const { rows } = await sql<{ workspace_id: string; id: string; deleted: number }>`
          ${sql.raw(plannedEachTime)}
          WITH page AS MATERIALIZED (
            SELECT workspace_id, id FROM todo_service.series
            WHERE (workspace_id, id) > (${last.workspace_id}::uuid, ${last.id}::uuid)
            ORDER BY workspace_id, id LIMIT ${limit}
          ), gone AS (
            DELETE FROM todo_service.series known USING page
            WHERE known.workspace_id = page.workspace_id AND known.id = page.id
              AND known.state ->> 'ended_reason' IS NOT NULL
              AND NOT EXISTS (
                SELECT FROM todo_service.tasks t
                WHERE t.workspace_id = known.workspace_id AND t.id = (known.state ->> 'current_task_id')::uuid
              )
            RETURNING 1
          )
          SELECT workspace_id, id, (SELECT count(*) FROM gone) AS deleted FROM page
          ORDER BY workspace_id DESC, id DESC LIMIT 1`.execute(database);
        const [end] = rows;
        last = end ?? start;
        if (!end || end.deleted > 0) return end?.deleted ?? 0;
      }
    },
    // Rows don't expire by their age.
    oldest: () => Promise.resolve(null),
  };
}
