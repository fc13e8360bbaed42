import { sql, type Transaction } from 'kysely';
import { successorsOf } from '@rondo/shared/contracts/successor-id';
import { isClosed, type FollowedTask } from '../domain/followed-task.ts';
import type { Tables } from './tables.ts';
import type { RowKey } from './write-rows.ts';

/** How many occurrences are looked at together. */
const atOnce = 500;

/**
 * Follows the closed occurrences of a series after a closed one, up to one that isn't closed or is loaded: a decision may change that.
 * @returns the id of the last one
 */
export async function findLastOfRun(
  trx: Transaction<Tables>,
  { workspace_id, id: first, seriesId }: RowKey & { seriesId: string | null },
  isLoaded: (id: string) => boolean,
): Promise<string> {
  for (let last = first; ;) {
    const ids = successorsOf(last, atOnce);
    const { rows } = await sql<Pick<FollowedTask, 'id' | 'state'>>`
      SELECT id, state FROM recurring_task_service.tasks
      WHERE workspace_id = ${workspace_id} AND id = ANY (${ids}::uuid[]) AND series_id = ${seriesId}`.execute(
      trx,
    );
    const closed = new Set(rows.filter(({ state }) => isClosed(state)).map(({ id }) => id));
    const end = ids.findIndex((id) => isLoaded(id) || !closed.has(id));
    if (end >= 0) return ids[end - 1] ?? last;
    last = ids.at(-1) ?? last;
  }
}
