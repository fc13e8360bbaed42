import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { DateOrDateTime, Uuid } from '@rondo/shared/contracts/scalars';
import { TaskStatus } from '@rondo/shared/contracts/task';
import { decodeCursor, encodeCursor } from '@rondo/shared/http/cursor';
import { instantOfDate } from '../domain/due-instant.ts';
import type { TodoContext } from '../context.ts';
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

type Row = { task: string; created_at: string; id: string; due: string; priority: number };

/** The columns of each order, as expressions. The id makes the order total. */
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

/** Matches of a filter are counted up to this number. Beyond it, `total` is a lower bound. */
const maxCounted = 500;

type Page = { rows: Row[]; total: number; isExact: boolean };

/**
 * Lists a page of tasks as JSON text `{tasks, total, total_is_exact, next_cursor}`, made of the stored documents. Without a
 * filter other than the status, `total` is read from the workspace; otherwise the matches are counted.
 */
export async function listTasks(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  query: ListQuery,
): Promise<string> {
  const { rows, total, isExact } = isFiltered(query)
    ? await filteredPage(database, workspaceId, query)
    : await wholePage(database, workspaceId, query);
  const last = rows.length === query.limit ? rows.at(-1) : undefined;
  const cursor = last
    ? `"${encodeCursor(query.sort, [...sorts[query.sort].valuesOf(last), last.id])}"`
    : 'null';
  const tasks = rows.map(({ task }) => task).join(',');
  return `{"tasks":[${tasks}],"total":${total},"total_is_exact":${isExact},"next_cursor":${cursor}}`;
}

/** A page of all tasks. Their number is stored with the workspace. */
async function wholePage(database: Database, workspaceId: string, query: ListQuery): Promise<Page> {
  const rows = await scan(database, workspaceId, query, storedTotal(workspaceId, query));
  const [first] = rows;
  const total = first ? first.total : await totalOf(database, storedTotal(workspaceId, query));
  return { rows, total: total ?? 0, isExact: true };
}

/**
 * A page of matching tasks. Few matches are found by the index of the filter, counted and sorted. For many, the page comes
 * from a scan in sort order, which finds matches soon; an exact count would be too slow.
 */
async function filteredPage(database: Database, workspaceId: string, query: ListQuery): Promise<Page> {
  const canScan = query.sort === 'created' && !query.trash;
  const limit = canScan ? sql`LIMIT ${maxCounted + 1}` : sql``;
  const found = await find(database, workspaceId, query, limit);
  const total = found[0]?.total ?? (await countFiltered(database, workspaceId, query, limit));
  if (!canScan || total <= maxCounted) return { rows: found, total, isExact: true };
  return {
    rows: await scan(database, workspaceId, query, sql`${maxCounted}::bigint`),
    total: maxCounted,
    isExact: false,
  };
}

type Database = TodoContext['database'];
type PageRow = Row & { total: number | null };

/** Scans in sort order and stops after a page. */
async function scan(
  database: Database,
  workspaceId: string,
  query: ListQuery,
  total: RawBuilder<unknown>,
): Promise<PageRow[]> {
  const matching = sql.join([...placeOf(workspaceId, query), ...conditions(query)], sql` AND `);
  const { rows } = await sql<PageRow>`
    SELECT task::text AS task, id, created_at, coalesce(due_at, 'infinity')::text AS due, priority, ${total} AS total
    FROM todo_service.tasks WHERE ${matching} AND ${after(query)} ${orderAndLimit(query)}`.execute(database);
  return rows;
}

/**
 * Finds matches, all or up to a limit, counts them and returns a page. MATERIALIZED keeps the planner from scanning in sort
 * order, which would read a whole workspace for a rare word.
 */
async function find(
  database: Database,
  workspaceId: string,
  query: ListQuery,
  limit: RawBuilder<unknown>,
): Promise<PageRow[]> {
  const { rows } = await sql<PageRow>`
    WITH found AS MATERIALIZED (
      SELECT id, created_at, due_at, priority FROM todo_service.tasks WHERE ${foundBy(workspaceId, query)} ${limit}
    ), page AS (
      SELECT * FROM found WHERE ${after(query)} ${orderAndLimit(query)}
    )
    SELECT document.task, id, created_at, coalesce(due_at, 'infinity')::text AS due, priority,
           (SELECT count(*) FROM found) AS total
    FROM page CROSS JOIN LATERAL (
      SELECT task::text AS task FROM todo_service.tasks held WHERE held.workspace_id = ${workspaceId} AND held.id = page.id
    ) document
    ORDER BY ${sorts[query.sort].order}`.execute(database);
  return rows;
}

/**
 * The conditions that find matches. For a search, only the index of words may be used, so the other conditions are written
 * in a form that no index supports. This holds even before the table has statistics.
 */
function foundBy(workspaceId: string, query: ListQuery): RawBuilder<unknown> {
  if (query.q === undefined)
    return sql.join([...placeOf(workspaceId, query), ...conditions(query)], sql` AND `);
  const place = [
    sql`workspace_id IS NOT DISTINCT FROM ${workspaceId}::uuid`,
    query.trash ? sql`coalesce(deleted_at, '') <> ''` : sql`coalesce(deleted_at, '') = ''`,
  ];
  return sql.join([...place, ...conditions(query)], sql` AND `);
}

/** Restricts to the live tasks of a workspace, or to its trash. */
function placeOf(workspaceId: string, { trash }: ListQuery): RawBuilder<unknown>[] {
  return [sql`workspace_id = ${workspaceId}`, trash ? sql`deleted_at IS NOT NULL` : sql`deleted_at IS NULL`];
}

function orderAndLimit({ sort, limit, offset, cursor }: ListQuery): RawBuilder<unknown> {
  return sql`ORDER BY ${sorts[sort].order} LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}`;
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

/** Restricts to rows after the cursor; no restriction without a cursor. */
function after({ cursor, sort }: ListQuery): RawBuilder<unknown> {
  if (cursor === undefined) return sql`true`;
  const { keys, isDescending } = sorts[sort];
  const values = decodeCursor(cursor, sort, keys.length + 1);
  const row = sql.join([...keys, sql`id`]);
  const place = sql.join(values.map((value) => sql`${value}`));
  return isDescending ? sql`(${row}) < (${place})` : sql`(${row}) > (${place})`;
}

/** Whether the number of matches is not stored with the workspace, and must be counted. */
function isFiltered({
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

function storedTotal(workspaceId: string, { status, trash }: ListQuery): RawBuilder<unknown> {
  const counter = trash
    ? sql`trashed`
    : status === undefined
      ? sql`pending + in_progress + complete`
      : sql.ref(status);
  return sql`(SELECT ${counter} FROM todo_service.workspaces WHERE id = ${workspaceId})`;
}

async function totalOf(database: Database, total: RawBuilder<unknown>): Promise<number | null> {
  const { rows } = await sql<{ total: number | null }>`SELECT ${total} AS total`.execute(database);
  return rows[0]?.total ?? null;
}

/** Counts the matches for a page beyond the last one, which has no rows to carry the count. */
async function countFiltered(
  database: Database,
  workspaceId: string,
  query: ListQuery,
  limit: RawBuilder<unknown>,
): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    SELECT count(*) AS total FROM (
      SELECT FROM todo_service.tasks WHERE ${foundBy(workspaceId, query)} ${limit}
    ) found`.execute(database);
  return rows[0]?.total ?? 0;
}
