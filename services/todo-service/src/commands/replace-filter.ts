import { notFound } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../context.ts';
import type { FilterReplacement, SavedFilter } from '../domain/saved-filter.ts';
import { checkFilter } from '../domain/task-filter.ts';
import { filterColumns, filterOfRow } from '../queries/find-filters.ts';

/**
 * Replaces name and parameters of a saved filter, and its rank if one is given.
 * @throws AppError 404; 422 if its parameters contradict each other
 */
export async function replaceFilter(
  { database, clock }: Pick<TodoContext, 'database' | 'clock'>,
  { workspaceId }: Pick<Identity, 'workspaceId'>,
  id: string,
  { name, query, rank }: FilterReplacement,
): Promise<SavedFilter> {
  checkFilter(query, 'query/');
  const row = await database
    .updateTable('todo_service.filters')
    .set({
      name: name.trim(),
      query: JSON.stringify(query),
      updated_at: clock.now().toISOString(),
      ...(rank === undefined ? {} : { rank }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .returning(filterColumns)
    .executeTakeFirst();
  if (!row) throw notFound('filter');
  return filterOfRow(row);
}
