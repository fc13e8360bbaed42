import { sql, type RawBuilder } from 'kysely';
import { cutByBytes, hasMoreRows, type CutColumns } from '@rondo/shared/database/page-bytes';
import type { TodoContext } from '../context.ts';
import {
  after,
  foundBy,
  isFiltered,
  matching,
  orderAndLimit,
  sorts,
  type ListQuery,
  type Row,
} from './list-query.ts';

/** Matches of a filter are counted up to this number. Beyond it, `total` is a lower bound. */
const maxCounted = 500;

type Page = { rows: PageRow[]; total: number; isExact: boolean };

/**
 * Lists a page of tasks as JSON text `{tasks, total, total_is_exact, next_cursor}`, made of the stored documents: at most
 * `limit` tasks and 1 MiB. Without a filter other than the status, `total` is read from the workspace; otherwise the matches are counted.
 */
export async function listTasks(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  query: ListQuery,
): Promise<string> {
  const { rows, total, isExact } = isFiltered(query)
    ? await filteredPage(database, workspaceId, query)
    : await wholePage(database, workspaceId, query);
  const last = hasMoreRows(rows, query.limit) ? rows.at(-1) : undefined;
  const cursor = last ? `"${sorts[query.sort].cursorOf(last)}"` : 'null';
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
type PageRow = Row & Pick<CutColumns, 'found'> & { total: number | null };

const size = sql`octet_length(task)`;

/** Scans in sort order and stops after a page. */
async function scan(
  database: Database,
  workspaceId: string,
  query: ListQuery,
  total: RawBuilder<unknown>,
): Promise<PageRow[]> {
  const page = sql`
    SELECT task::text AS task, id, created_at, due_at, coalesce(due_at, 'infinity') AS due, priority, ${total} AS total
    FROM todo_service.tasks WHERE ${matching(workspaceId, query)} AND ${after(query)} ${orderAndLimit(query)}`;
  const { order } = sorts[query.sort];
  const { rows } = await sql<PageRow>`${cutByBytes(page, { order, size })}`.execute(database);
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
  const { order } = sorts[query.sort];
  const documents = sql`
    SELECT document.task, id, created_at, due_at, coalesce(due_at, 'infinity') AS due, priority,
           (SELECT count(*) FROM found) AS total
    FROM matches CROSS JOIN LATERAL (
      SELECT task::text AS task FROM todo_service.tasks held WHERE held.workspace_id = ${workspaceId} AND held.id = matches.id
    ) document`;
  const { rows } = await sql<PageRow>`
    WITH found AS MATERIALIZED (
      SELECT id, created_at, due_at, priority FROM todo_service.tasks WHERE ${foundBy(workspaceId, query)} ${limit}
    ), matches AS (
      SELECT * FROM found WHERE ${after(query)} ${orderAndLimit(query)}
    )
    ${cutByBytes(documents, { order, size })}`.execute(database);
  return rows;
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
