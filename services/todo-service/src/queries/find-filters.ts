import type { Selectable } from 'kysely';
import type { TodoContext } from '../context.ts';
import type { SavedFilter } from '../domain/saved-filter.ts';
import type { Tables } from '../store/tables.ts';

type FilterRow = Selectable<Tables['todo_service.filters']>;

/** The columns of `filterOfRow`. */
export const filterColumns = ['id', 'name', 'query', 'rank', 'created_at', 'updated_at'] as const;

/** Lists the saved filters of a workspace in their order. */
export async function listFilters(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
): Promise<SavedFilter[]> {
  const rows = await database
    .selectFrom('todo_service.filters')
    .select(filterColumns)
    .where('workspace_id', '=', workspaceId)
    .orderBy('rank')
    .orderBy('id')
    .execute();
  return rows.map(filterOfRow);
}

/** Finds a saved filter of a workspace. */
export async function findFilter(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<SavedFilter | undefined> {
  const row = await database
    .selectFrom('todo_service.filters')
    .select(filterColumns)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst();
  return row && filterOfRow(row);
}

/** The row as it is shown. Its query may have parameters of another release. */
export function filterOfRow({ query, ...row }: Omit<FilterRow, 'workspace_id'>): SavedFilter {
  return { ...row, query: JSON.parse(query) as SavedFilter['query'] };
}
