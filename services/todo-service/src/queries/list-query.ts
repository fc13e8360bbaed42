import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { DateOrDateTime, Uuid } from '@rondo/shared/contracts/scalars';
import { TaskStatus } from '@rondo/shared/contracts/task';
import { decodeCursor } from '@rondo/shared/http/cursor';
import { instantOfDate } from '../domain/due-instant.ts';
import { searchQuery } from '../domain/search-query.ts';

export const ListQuery = Type.Object(
  {
    status: Type.Optional(TaskStatus),
    list: Type.Optional(Type.String({ maxLength: 100 })),
    label: Type.Optional(
      Type.Array(Type.String({ maxLength: 60 }), {
        maxItems: 20,
        description: 'the task must have all of them',
      }),
    ),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
    due_after: Type.Optional(DateOrDateTime),
    due_before: Type.Optional(DateOrDateTime),
    parent_id: Type.Optional(Type.Union([Uuid, Type.Literal('none')])),
    q: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'words in title or description; the last one may be a prefix',
      }),
    ),
    trash: Type.Boolean({ default: false }),
    sort: Type.Enum(['created', 'due', 'priority'], { default: 'created' }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
export type ListQuery = Static<typeof ListQuery>;

/** What a page selects of each task. */
export type Row = { task: string; created_at: string; id: string; due: string; priority: number };

/** The columns of each order, as expressions. The id makes the order total. */
export const sorts = {
  created: {
    keys: [sql`created_at`],
    order: sql`created_at DESC, id DESC`,
    isDescending: true,
    valuesOf: ({ created_at }: Row) => [created_at],
  },
  due: {
    keys: [sql`coalesce(due_at, 'infinity')`],
    order: sql`coalesce(due_at, 'infinity'), id`,
    isDescending: false,
    valuesOf: ({ due }: Row) => [due],
  },
  priority: {
    keys: [sql`priority`],
    order: sql`priority, id`,
    isDescending: false,
    valuesOf: ({ priority }: Row) => [priority],
  },
};

/** Whether the number of matches is not stored with the workspace, and must be counted. */
export function isFiltered({
  status,
  trash,
  limit: _limit,
  offset: _offset,
  cursor: _cursor,
  sort: _sort,
  ...filters
}: ListQuery): boolean {
  return (trash && status !== undefined) || Object.values(filters).some((filter) => filter !== undefined);
}

/** The conditions of a query, for a scan in sort order. */
export function matching(workspaceId: string, query: ListQuery): RawBuilder<unknown> {
  return sql.join([...placeOf(workspaceId, query), ...conditions(query)], sql` AND `);
}

/**
 * The conditions that find matches. For a search, only the index of words may be used, so the other conditions are written
 * in a form that no index supports. This holds even before the table has statistics.
 */
export function foundBy(workspaceId: string, query: ListQuery): RawBuilder<unknown> {
  if (query.q === undefined) return matching(workspaceId, query);
  const place = [
    sql`workspace_id IS NOT DISTINCT FROM ${workspaceId}::uuid`,
    query.trash ? sql`coalesce(deleted_at, '') <> ''` : sql`coalesce(deleted_at, '') = ''`,
  ];
  return sql.join([...place, ...conditions(query)], sql` AND `);
}

/** Restricts to rows after the cursor; no restriction without a cursor. */
export function after({ cursor, sort }: ListQuery): RawBuilder<unknown> {
  if (cursor === undefined) return sql`true`;
  const { keys, isDescending } = sorts[sort];
  const values = decodeCursor(cursor, sort, keys.length + 1);
  const row = sql.join([...keys, sql`id`]);
  const place = sql.join(values.map((value) => sql`${value}`));
  return isDescending ? sql`(${row}) < (${place})` : sql`(${row}) > (${place})`;
}

export function orderAndLimit({ sort, limit, offset, cursor }: ListQuery): RawBuilder<unknown> {
  return sql`ORDER BY ${sorts[sort].order} LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}`;
}

/** Restricts to the live tasks of a workspace, or to its trash. */
function placeOf(workspaceId: string, { trash }: ListQuery): RawBuilder<unknown>[] {
  return [sql`workspace_id = ${workspaceId}`, trash ? sql`deleted_at IS NOT NULL` : sql`deleted_at IS NULL`];
}

function conditions(query: ListQuery): RawBuilder<unknown>[] {
  const {
    status,
    list,
    label,
    priority,
    due_after: dueAfter,
    due_before: dueBefore,
    parent_id: parent,
    q,
  } = query;
  const search = q === undefined ? undefined : searchQuery(q);
  return [
    ...(status === undefined ? [] : [sql`status = ${status}`]),
    ...(list === undefined ? [] : [sql`list = ${list}`]),
    ...(label === undefined || label.length === 0 ? [] : [sql`labels @> ${JSON.stringify(label)}::jsonb`]),
    ...(priority === undefined ? [] : [sql`priority = ${priority}`]),
    ...(dueAfter === undefined
      ? []
      : [sql`due_at >= ${instantOfDate(dueAfter, null).toISOString()}::timestamptz`]),
    ...(dueBefore === undefined
      ? []
      : [sql`due_at < ${instantOfDate(dueBefore, null).toISOString()}::timestamptz`]),
    ...(parent === undefined
      ? []
      : [parent === 'none' ? sql`parent_id IS NULL` : sql`parent_id = ${parent}`]),
    ...(search === undefined ? [] : [sql`search @@ ${search}::tsquery`]),
  ];
}
