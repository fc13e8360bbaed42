import { sql, type Kysely } from 'kysely';
import type { Retention } from '@rondo/shared/workers/retention';
import type { Tables } from '../../store/tables.ts';
import { forgetPurged } from './keep-object.ts';

/**
 * Deletes what clients said of tasks that are purged. Sync reports name such a task until its events are pruned: a client
 * that has not read them by then begins again. Only the name and the UID are kept so long: where a purge was cut off, this
 * forgets the rest.
 */
export function pruneObjects(database: Kysely<Tables>): Pick<Retention, 'deleteBatch' | 'oldest'> {
  return {
    async deleteBatch(_before, limit) {
      const forgotten = await forgetPurged(database, { limit });
      if (forgotten > 0) return forgotten;
      const { numAffectedRows = 0n } = await sql`
        DELETE FROM todo_service.calendar_objects WHERE (workspace_id, task_id) IN (
          SELECT workspace_id, task_id FROM todo_service.calendar_objects o
          WHERE bytes = 0 AND NOT EXISTS (
            SELECT FROM todo_service.tasks t WHERE t.workspace_id = o.workspace_id AND t.id = o.task_id
          ) AND NOT EXISTS (
            SELECT FROM todo_service.events e WHERE e.workspace_id = o.workspace_id AND e.task_id = o.task_id
          ) LIMIT ${limit}
        )`.execute(database);
      return Number(numAffectedRows);
    },
    // Rows don't expire by their age.
    oldest: () => Promise.resolve(null),
  };
}
