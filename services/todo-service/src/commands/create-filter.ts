import { sql } from 'kysely';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../context.ts';
import { quotaExceeded, quotas } from '../domain/quotas.ts';
import { rankAfter } from '../domain/rank.ts';
import type { FilterCreation, SavedFilter } from '../domain/saved-filter.ts';
import { checkFilter } from '../domain/task-filter.ts';
import { filterOfRow, findFilter } from '../queries/find-filters.ts';

/**
 * Saves a filter. If there is one with the given id already, nothing changes, so that a retry is safe.
 * @returns the filter, and whether it is new
 * @throws AppError 422 if its parameters contradict each other; 403 `quota-exceeded`
 */
export async function createFilter(
  { database, clock, ids }: Pick<TodoContext, 'database' | 'clock' | 'ids'>,
  { workspaceId }: Pick<Identity, 'workspaceId'>,
  { id = ids.next(), name, query, rank }: FilterCreation,
): Promise<{ filter: SavedFilter; isNew: boolean }> {
  checkFilter(query, 'query/');
  return database.transaction().execute(async (trx) => {
    // Two creations at once would both find room for one.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`filters ${workspaceId}`}, 0))`.execute(trx);
    const known = await findFilter({ database: trx }, workspaceId, id);
    if (known) return { filter: known, isNew: false };
    const { used, last } = await trx
      .selectFrom('todo_service.filters')
      .select(({ fn }) => [fn.countAll<number>().as('used'), fn.max('rank').as('last')])
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirstOrThrow();
    if (used >= quotas.filters) throw quotaExceeded('filters', used);
    const at = clock.now().toISOString();
    const row = {
      id,
      name: name.trim(),
      query: JSON.stringify(query),
      rank: rank ?? rankAfter(last ?? undefined),
      created_at: at,
      updated_at: at,
    };
    await trx
      .insertInto('todo_service.filters')
      .values({ workspace_id: workspaceId, ...row })
      .execute();
    return { filter: filterOfRow(row), isNew: true };
  });
}
