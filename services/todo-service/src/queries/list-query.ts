import { Type, type Static } from 'typebox';
import { Cursor, PageLimit, PageOffset, UuidWithoutExample } from '@rondo/shared/contracts/scalars';
import { TaskFilter } from '../domain/task-filter.ts';

const page = {
  trash: Type.Boolean({ default: false }),
  limit: PageLimit,
  offset: PageOffset,
  cursor: Type.Optional(Cursor),
  filter: Type.Optional(
    Type.String({
      ...UuidWithoutExample,
      description: 'a saved filter, which takes the place of all filters; sort and order may differ',
    }),
  ),
};

export const ListQuery = Type.Object({ ...TaskFilter.properties, ...page }, { additionalProperties: false });
export type ListQuery = Static<typeof ListQuery>;

/** A list to read: of which workspace, what, and in which zone dates are days. */
export type ListRequest = { workspaceId: string; query: ListQuery; timeZone: string };

/** Whether a query leaves tasks out, other than by being in the trash. */
export function isFiltered({ status, ...query }: ListQuery): boolean {
  return status !== undefined || !hasStoredTotal(query);
}

/** Whether the number of matches is stored with the workspace: that of all tasks, of a status, and of the trash. */
export function hasStoredTotal({
  status,
  trash,
  limit: _limit,
  offset: _offset,
  cursor: _cursor,
  sort: _sort,
  order: _order,
  filter: _filter,
  ...filters
}: ListQuery): boolean {
  return !(trash && status !== undefined) && Object.values(filters).every((filter) => filter === undefined);
}
