import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { Cursor, DateOrDateTime, storableText, storableWords, Uuid } from '@rondo/shared/contracts/scalars';
import { Task, TaskStatus } from '@rondo/shared/contracts/task';
import { byTime, CursorInstant, defineCursor } from '@rondo/shared/http/cursor';
import { instantOfDate } from '../domain/due-instant.ts';
import { searchQuery } from '../domain/search-query.ts';

const storable = { pattern: storableText, 'x-words': storableWords };

export const ListQuery = Type.Object(
  {
    status: Type.Optional(TaskStatus),
    list: Type.Optional(Type.String({ maxLength: 100, ...storable })),
    label: Type.Optional(
      Type.Array(Type.String({ maxLength: 60, ...storable }), {
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
        ...storable,
        description: 'words in title or description; the last one may be a prefix',
      }),
    ),
    trash: Type.Boolean({ default: false }),
    sort: Type.Enum(['created', 'due', 'priority'], { default: 'created' }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
);
export type ListQuery = Static<typeof ListQuery>;

/** What a page selects of each task. */
export type Row = { task: string; created_at: string; id: string; due: string; priority: number };

const createdCursor = defineCursor('created', byTime);
const dueCursor = defineCursor('due', {
  at: Type.Union([CursorInstant, Type.Literal('infinity')]),
  id: Uuid,
});
const priorityCursor = defineCursor('priority', { priority: Task.properties.priority, id: Uuid });

/** Each order with its cursor. The id makes the order total. `after` restricts to the rows after a cursor. */
export const sorts = {
  created: {
    order: sql`created_at DESC, id DESC`,
    cursorOf: ({ created_at: at, id }: Row) => createdCursor.encode({ at, id }),
    after(cursor: string) {
      const { at, id } = createdCursor.decode(cursor);
      return sql`(created_at, id) < (${at}, ${id})`;
    },
  },
  due: {
    order: sql`coalesce(due_at, 'infinity'), id`,
    cursorOf: ({ due, id }: Row) => dueCursor.encode({ at: due, id }),
    after(cursor: string) {
      const { at, id } = dueCursor.decode(cursor);
      return sql`(coalesce(due_at, 'infinity'), id) > (${at}, ${id})`;
    },
  },
  priority: {
    order: sql`priority, id`,
    cursorOf: ({ priority, id }: Row) => priorityCursor.encode({ priority, id }),
    after(cursor: string) {
      const { priority, id } = priorityCursor.decode(cursor);
      return sql`(priority, id) > (${priority}, ${id})`;
    },
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
  return cursor === undefined ? sql`true` : sorts[sort].after(cursor);
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
