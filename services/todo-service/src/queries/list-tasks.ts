import { sql, type RawBuilder } from 'kysely';
import { cutByBytes, hasMoreRows, type CutColumns } from '@rondo/shared/database/page-bytes';
import type { TodoContext } from '../context.ts';
import { checkFilter } from '../domain/task-filter.ts';
import { areColumnsFilled } from '../store/filled-columns.ts';
import { areMatchesCommon } from './common-matches.ts';
import {
  foundBy,
  haveWords,
  isFoundByWords,
  matching,
  withoutWords,
  type OpenList,
} from './list-conditions.ts';
import { hasStoredTotal, isFiltered, type ListRequest } from './list-query.ts';
import { sortFor, type Row } from './list-sorts.ts';
import { withinSearchDeadline } from './search-deadline.ts';

/** Matches of a filter are counted up to this number. Beyond it, `total` is a lower bound. */
const maxCounted = 500;

type Page = { rows: PageRow[]; total: number; isExact: boolean };

/**
 * Lists a page of tasks as JSON text `{tasks, total, total_is_exact, next_cursor}`, made of the stored documents: at most
 * `limit` tasks and 1 MiB. Matches are counted up to 500; the number of all tasks, and of those of a status, is stored.
 * @throws AppError 422 if the parameters contradict each other, the cursor is not one of this order, or a search takes too long
 */
export async function listTasks(
  { database }: Pick<TodoContext, 'database'>,
  request: ListRequest,
): Promise<string> {
  const { query } = request;
  checkFilter(query);
  const list = { ...request, isFilled: await areColumnsFilled(database) };
  const { rows, total, isExact } = await pageOf(database, list);
  const last = hasMoreRows(rows, query.limit) ? rows.at(-1) : undefined;
  const cursor = last ? `"${sortFor(query).cursorOf(last)}"` : 'null';
  const tasks = rows.map(({ task }) => task).join(',');
  return `{"tasks":[${tasks}],"total":${total},"total_is_exact":${isExact},"next_cursor":${cursor}}`;
}

function pageOf(database: Database, list: OpenList): Promise<Page> {
  if (!isFiltered(list.query)) return wholePage(database, list);
  if (!isFoundByWords(list)) return filteredPage(database, list);
  return withinSearchDeadline(database, (searching) => filteredPage(searching, list));
}

/** A page of all tasks. Their number is stored with the workspace. */
async function wholePage(database: Database, list: OpenList): Promise<Page> {
  const rows = await scan(database, list, storedTotal(list));
  const [first] = rows;
  const total = first ? first.total : await totalOf(database, storedTotal(list));
  return { rows, total: total ?? 0, isExact: true };
}

/**
 * A page of matching tasks. Few matches are found by the index of the filter, counted and sorted. For many, the page comes
 * from a scan in sort order, which finds matches soon; an exact count would be too slow.
 */
async function filteredPage(database: Database, list: OpenList): Promise<Page> {
  const canScan = !list.query.trash;
  if (canScan && isFoundByWords(list) && (await areMatchesCommon(database, list, maxCounted)))
    return partlyCountedPage(database, list);
  const { rows, total } = await find(database, list, canScan ? sql`LIMIT ${maxCounted + 1}` : sql``);
  if (!canScan || total <= maxCounted) return { rows, total, isExact: true };
  if (hasStoredTotal(list.query)) return wholePage(database, list);
  return partlyCountedPage(database, list);
}

async function partlyCountedPage(database: Database, list: OpenList): Promise<Page> {
  return { rows: await scan(database, list, sql`${maxCounted}::bigint`), total: maxCounted, isExact: false };
}

type Database = TodoContext['database'];
type PageRow = Row & { task: string } & Pick<CutColumns, 'is_followed'> & { total: number | null };

const size = sql`octet_length(task)`;

/**
 * Scans in sort order and stops after a page. Tasks without the value by which a list is sorted follow those that have it; they
 * are only looked for if the page has room.
 */
async function scan(database: Database, list: OpenList, total: RawBuilder<unknown>): Promise<PageRow[]> {
  const { query } = list;
  const sort = sortFor(query);
  const place = query.cursor === undefined ? undefined : sort.placeOf(query.cursor);
  const { limit } = query;
  const offset = query.cursor === undefined ? query.offset : 0;
  // A page that goes past many other tasks reads the documents of its own only.
  const isDirect = offset === 0 && sort.isIndexed;
  const columns = isDirect ? sql`task::text AS task, ${sort.columns}` : sort.columns;
  const matches = (condition: RawBuilder<unknown>, order: RawBuilder<unknown>) => sql`
    SELECT ${columns}, ${total} AS total FROM ${matchesInOrder(list, condition, order)} ORDER BY ${order}`;
  const after = place === undefined ? sql`true` : place.key === null ? sql`false` : sort.after(place);
  const afterId = place?.key === null ? sort.afterId(place.id) : sql`true`;
  const page = sort.isNullable
    ? sql`
      WITH with_value AS MATERIALIZED (
        ${matches(sql`${sort.column} IS NOT NULL AND ${after}`, sort.within)} LIMIT ${limit + offset}
      ), without_value AS (
        SELECT * FROM (
          ${matches(sql`${sort.column} IS NULL AND ${afterId}`, sort.withinIds)} LIMIT ${limit + offset}
        ) later
        WHERE (SELECT count(*) FROM with_value) < ${limit + offset}
      )
      SELECT * FROM (SELECT * FROM with_value UNION ALL SELECT * FROM without_value) both_parts
      ORDER BY ${sort.order} LIMIT ${limit} OFFSET ${offset}`
    : sql`${matches(after, sort.within)} LIMIT ${limit} OFFSET ${offset}`;
  const documents = isDirect ? page : documentsOf(page, list);
  const { rows } = await sql<PageRow>`${cutByBytes(documents, { order: sort.order, size })}`.execute(
    database,
  );
  return rows;
}

/**
 * The rows that match. The planner takes a search of many words for one without matches, and would try all tasks and sort what it
 * finds. So the words are hidden from it: they are looked for row by row, in order, until the page is full.
 */
function matchesInOrder(
  list: OpenList,
  condition: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): RawBuilder<unknown> {
  if (list.query.q === undefined) return sql`todo_service.tasks WHERE ${matching(list)} AND ${condition}`;
  return sql`(
    SELECT * FROM todo_service.tasks WHERE ${withoutWords(list)} AND ${condition} ORDER BY ${order} OFFSET 0
  ) in_order WHERE (
    SELECT ${haveWords(list)} FROM todo_service.tasks held
    WHERE held.workspace_id = ${list.workspaceId} AND held.id = in_order.id
  )`;
}

/** The rows of `matches`, which have the columns to sort by, with their documents. */
function documentsOf(
  matches: RawBuilder<unknown>,
  { workspaceId }: Pick<OpenList, 'workspaceId'>,
): RawBuilder<unknown> {
  return sql`
    SELECT document.task, matches.*
    FROM (${matches}) matches CROSS JOIN LATERAL (
      SELECT task::text AS task FROM todo_service.tasks held WHERE held.workspace_id = ${workspaceId} AND held.id = matches.id
    ) document`;
}

/**
 * Finds all matches by an index, or as many as `limit` allows, counts them, and reads the documents of a page of them. Matches are
 * materialised to separate the search from the sort and limit of the page: otherwise the planner combines them into a scan in sort
 * order, which reads the whole workspace for a rare word. A page beyond the last one has the count, too.
 */
async function find(
  database: Database,
  list: OpenList,
  limit: RawBuilder<unknown>,
): Promise<{ rows: PageRow[]; total: number }> {
  const { query } = list;
  const sort = sortFor(query);
  const matches = sql`
    SELECT * FROM found WHERE ${afterCursor(list)}
    ORDER BY ${sort.order} LIMIT ${query.limit} OFFSET ${query.cursor === undefined ? query.offset : 0}`;
  const { rows } = await sql<(PageRow | Record<keyof PageRow, null>) & { total: number }>`
    WITH found AS MATERIALIZED (
      SELECT ${sort.columns} FROM todo_service.tasks WHERE ${foundBy(list)} ${limit}
    )
    SELECT page.*, counted.total FROM (SELECT count(*) AS total FROM found) counted
    LEFT JOIN (${cutByBytes(documentsOf(matches, list), { order: sort.order, size })}) page ON true
    ORDER BY page.nth`.execute(database);
  return { rows: rows.filter((row) => row.id !== null), total: rows[0]?.total ?? 0 };
}

/** Restricts to rows after the cursor, with and without a value; no restriction without a cursor. */
function afterCursor({ query }: OpenList): RawBuilder<unknown> {
  if (query.cursor === undefined) return sql`true`;
  const sort = sortFor(query);
  const place = sort.placeOf(query.cursor);
  if (place.key === null) return sql`${sort.column} IS NULL AND ${sort.afterId(place.id)}`;
  return sort.isNullable ? sql`(${sort.column} IS NULL OR ${sort.after(place)})` : sort.after(place);
}

function storedTotal({ workspaceId, query: { status, trash } }: OpenList): RawBuilder<unknown> {
  const counted = trash ? ['trashed'] : status?.length ? [...new Set(status)] : allStatuses;
  const sum = sql.join(
    counted.map((name) => sql.ref(name)),
    sql` + `,
  );
  return sql`(SELECT ${sum} FROM todo_service.workspaces WHERE id = ${workspaceId})`;
}

const allStatuses = ['pending', 'in_progress', 'complete'];

async function totalOf(database: Database, total: RawBuilder<unknown>): Promise<number | null> {
  const { rows } = await sql<{ total: number | null }>`SELECT ${total} AS total`.execute(database);
  return rows[0]?.total ?? null;
}
