import { Compile } from 'typebox/compile';
import { invalidInput, notFound } from '@rondo/shared/errors';
import type { TodoContext } from '../context.ts';
import { TaskFilter } from '../domain/task-filter.ts';
import { findFilter } from './find-filters.ts';
import type { ListQuery } from './list-query.ts';

const properties = new Map(
  Object.entries(TaskFilter.properties).map(([name, schema]) => [name, Compile(schema)]),
);
/** A request with a saved filter may have these besides. */
const stillFree = new Set(['sort', 'order']);

/**
 * Puts the parameters of a saved filter into the query that names it.
 * @throws AppError 404 if there is no such filter; 422 if the query has filters too, or the saved one has a parameter that no
 * longer exists
 */
export async function resolveFilter(
  ctx: Pick<TodoContext, 'database'>,
  workspaceId: string,
  query: ListQuery,
): Promise<ListQuery> {
  const { filter: id, ...own } = query;
  if (id === undefined) return query;
  const refuse = (message: string) => invalidInput([{ field: 'filter', message }]);
  for (const [name, value] of Object.entries(own))
    if (value !== undefined && properties.has(name) && !stillFree.has(name))
      throw refuse(`takes the place of all filters, so ${name} can't be given too`);
  const saved = await findFilter(ctx, workspaceId, id);
  if (!saved) throw notFound('filter');
  for (const [name, value] of Object.entries(saved.query)) {
    const property = properties.get(name);
    if (!property) throw refuse(`has the parameter ${name}, which no longer exists`);
    if (!property.Check(value)) throw refuse(`has a value of ${name} that is no longer valid`);
  }
  return { ...saved.query, ...own };
}
