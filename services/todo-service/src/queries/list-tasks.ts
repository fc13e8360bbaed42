import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { DateOrDateTime, Uuid } from '@rondo/shared/contracts/scalars';
import { TaskStatus } from '@rondo/shared/contracts/task';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { instantOfDate } from '../due-instant.ts';
import type { TodoContext } from '../tables.ts';
import { searchQuery } from './search-query.ts';

export const ListQuery = Type.Object(
  {
    status: Type.Optional(TaskStatus),
    list: Type.Optional(Type.String({ maxLength: 100 })),
    label: Type.Optional(
      Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20, description: 'all of them must be there' }),
    ),
    priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
    due_after: Type.Optional(DateOrDateTime),
    due_before: Type.Optional(DateOrDateTime),
    parent_id: Type.Optional(Type.Union([Uuid, Type.Literal('none')])),
    q: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'words of title or description; the last one may be a beginning',
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

type Row = { task: string; created_at: string; id: string; due: string; priority: number };

/** The columns that decide an order, each as an expression; the id makes it total. */
const sorts = {
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

/**
 * A page of tasks as JSON text `{tasks, total, next_cursor}`: stored documents are put together as they are. `total` is
 * exact: kept with the workspace where only the status is asked for, counted otherwise.
 */
export async function listTasks(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  query: ListQuery,
): Promise<string> {
  const matching = sql.join(conditions(workspaceId, query), sql` AND `);
  const page = isCounted(query)
    ? countedPage(workspaceId, matching, query)
    : walkedPage(workspaceId, matching, query);
  const { rows } = await page.execute(database);
  const total = rows[0]?.total ?? (await countTasks(database, matching));
  const last = rows.length === query.limit ? rows.at(-1) : undefined;
  const cursor = last
    ? `"${encodeCursor(query.sort, [...sorts[query.sort].valuesOf(last), last.id])}"`
    : 'null';
  return `{"tasks":[${rows.map(({ task }) => task).join(',')}],"total":${total},"next_cursor":${cursor}}`;
}

type PageRow = Row & { total: number | null };

/** Walks the index of the order and stops after a page; the workspace knows how many there are in all. */
function walkedPage(
  workspaceId: string,
  matching: RawBuilder<unknown>,
  query: ListQuery,
): RawBuilder<PageRow> {
  return sql<PageRow>`
    SELECT task::text AS task, id, created_at, coalesce(due_at, 'infinity')::text AS due, priority,
           ${keptTotal(workspaceId, query)} AS total
    FROM todo_service.tasks WHERE ${matching} AND ${after(query)} ${orderAndLimit(query)}`;
}

/**
 * Finds all matches once, counts them and sorts out a page. Left to itself, the planner would walk the index of the
 * order in the hope of an early page, and read a whole workspace for a rare word.
 */
function countedPage(
  workspaceId: string,
  matching: RawBuilder<unknown>,
  query: ListQuery,
): RawBuilder<PageRow> {
  return sql<PageRow>`
    WITH found AS MATERIALIZED (
      SELECT id, created_at, due_at, priority FROM todo_service.tasks WHERE ${matching}
    ), page AS (
      SELECT * FROM found WHERE ${after(query)} ${orderAndLimit(query)}
    )
    SELECT document.task, id, created_at, coalesce(due_at, 'infinity')::text AS due, priority,
           (SELECT count(*) FROM found) AS total
    FROM page CROSS JOIN LATERAL (
      SELECT task::text AS task FROM todo_service.tasks held WHERE held.workspace_id = ${workspaceId} AND held.id = page.id
    ) document
    ORDER BY ${sorts[query.sort].order}`;
}

function orderAndLimit({ sort, limit, offset, cursor }: ListQuery): RawBuilder<unknown> {
  return sql`ORDER BY ${sorts[sort].order} LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}`;
}

function conditions(workspaceId: string, query: ListQuery): RawBuilder<unknown>[] {
  const {
    status,
    list,
    label,
    priority,
    due_after: dueAfter,
    due_before: dueBefore,
    parent_id: parent,
    q,
    trash,
  } = query;
  const search = q === undefined ? undefined : searchQuery(q);
  return [
    // In a search, the index of words alone is to be used: a comparison that no other index serves leaves nothing else,
    // also before the table's first statistics.
    search === undefined
      ? sql`workspace_id = ${workspaceId}`
      : sql`workspace_id IS NOT DISTINCT FROM ${workspaceId}::uuid`,
    trash ? sql`deleted_at IS NOT NULL` : sql`deleted_at IS NULL`,
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

/** What comes after the cursor's place in the order; everything without a cursor. */
function after({ cursor, sort }: ListQuery): RawBuilder<unknown> {
  if (cursor === undefined) return sql`true`;
  const { keys, isDescending } = sorts[sort];
  const values = decodeCursor(cursor, sort, keys.length + 1);
  const row = sql.join([...keys, sql`id`]);
  const place = sql.join(values.map((value) => sql`${value}`));
  return isDescending ? sql`(${row}) < (${place})` : sql`(${row}) > (${place})`;
}

function isCounted({
  status: _status,
  limit: _limit,
  offset: _offset,
  cursor: _cursor,
  sort: _sort,
  trash: _trash,
  ...filters
}: ListQuery): boolean {
  return Object.values(filters).some((filter) => filter !== undefined);
}

function keptTotal(workspaceId: string, { status, trash }: ListQuery): RawBuilder<unknown> {
  if (trash && status !== undefined) return sql`null::bigint`;
  const counter = trash
    ? sql`trashed`
    : status === undefined
      ? sql`pending + in_progress + complete`
      : sql.ref(status);
  return sql`(SELECT ${counter} FROM todo_service.workspaces WHERE id = ${workspaceId})`;
}

async function countTasks(database: TodoContext['database'], matching: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    SELECT count(*) AS total FROM todo_service.tasks WHERE ${matching}`.execute(database);
  return rows[0]?.total ?? 0;
}
