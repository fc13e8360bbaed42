import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { Count, nullable, Uuid } from '@rondo/shared/contracts/scalars';
import { maxPageBytes } from '@rondo/shared/database/page-bytes';
import { CursorInstant, defineCursor } from '@rondo/shared/http/cursor';
import type { TodoContext } from '../context.ts';
import { historyChanged } from '../domain/history-changed.ts';
import { areColumnsFilled } from '../store/filled-columns.ts';

/** Which tasks a snapshot has; without one, the open tasks and then the complete ones. */
export const SnapshotPart = Type.Enum(['open', 'complete']);
export type SnapshotPart = Static<typeof SnapshotPart>;

type Place = { key: string | null; id: string };

/** Tasks that follow each other in one index. A snapshot is made of several runs. */
type Run = {
  part: SnapshotPart;
  /** The column that the run is sorted by before the id. */
  key: RawBuilder<unknown>;
  order: RawBuilder<unknown>;
  condition: RawBuilder<unknown>;
  after: (place: Place) => RawBuilder<unknown>;
};

const byId = {
  key: sql`NULL::timestamptz`,
  order: sql`id`,
  after: ({ id }: Place) => sql`id > ${id}`,
};

/** Open tasks have the order in which a client shows them first, complete ones begin with the last that was completed. */
const byTime = {
  dated: {
    part: 'open',
    key: sql`due_at`,
    order: sql`due_at, id`,
    condition: sql`status <> 'complete' AND due_at IS NOT NULL`,
    after: ({ key, id }) => sql`(due_at, id) > (${key}, ${id})`,
  },
  undated: { part: 'open', ...byId, condition: sql`status <> 'complete' AND due_at IS NULL` },
  completed: {
    part: 'complete',
    key: sql`completed_at`,
    order: sql`completed_at DESC, id DESC`,
    condition: sql`completed_at IS NOT NULL`,
    after: ({ key, id }) => sql`(completed_at, id) < (${key}, ${id})`,
  },
} satisfies Record<string, Run>;

/** While rows of a former release get their columns, which is no change of a task: a page would miss those that move. */
const whileFilling = {
  open: { part: 'open', ...byId, condition: sql`status <> 'complete'` },
  complete: { part: 'complete', ...byId, condition: sql`status = 'complete'` },
} satisfies Record<string, Run>;

const runs = { ...byTime, ...whileFilling };

type RunName = keyof typeof runs;
const RunName = Type.Enum(Object.keys(runs) as [RunName, ...RunName[]]);

const cursors = {
  all: cursorOf('all'),
  open: cursorOf('open'),
  complete: cursorOf('complete'),
};

function cursorOf(part: SnapshotPart | 'all') {
  return defineCursor(`snapshot of ${part}`, {
    history: Uuid,
    seq: Count,
    run: RunName,
    key: nullable(CursorInstant),
    id: Uuid,
  });
}

type PageRow = {
  history_id: string;
  seq: number;
  id: string | null;
  key: string | null;
  /** Its place among the runs that were read. */
  run: number | null;
  task: string | null;
  has_more: boolean | null;
};

/**
 * Reads a page of the live tasks as the JSON text of a SnapshotPage: at most `limit` tasks and 1 MiB. Open tasks come before complete
 * ones. Every page has the seq of the first page. A task that changes meanwhile may be on two pages or on none; applying the
 * changes after that seq makes all pages consistent.
 * @param part leaves out all other tasks
 * @throws AppError 409 `history-changed` if the first page was of another history; 422 if the cursor is not one of this snapshot
 */
export async function readSnapshot(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  { cursor, limit, status: part }: { cursor?: string; limit: number; status?: SnapshotPart },
): Promise<string> {
  const ownCursor = cursors[part ?? 'all'];
  const begun = cursor === undefined ? undefined : ownCursor.decode(cursor);
  const left = runsFrom(begun?.run, part, await areColumnsFilled(database));
  // Goes from task to task by their ids, so that tasks beyond the page are not even unpacked. Each is found by its whole key: for
  // "the next one after", the planner might sort all of them, each time.
  const { rows } = await sql<PageRow>`
    WITH RECURSIVE ${sql.join(left.map((name, index) => runOf(name, { workspaceId, limit, begun, former: left.slice(0, index) })))},
    following AS MATERIALIZED (
      SELECT array_agg(id ORDER BY run, nth) AS ids, array_agg(key ORDER BY run, nth) AS keys,
             array_agg(run ORDER BY run, nth) AS runs
      FROM (${sql.join(
        left.map((name) => sql`SELECT * FROM ${sql.ref(name)}`),
        sql` UNION ALL `,
      )}) live
    ), page AS (
      SELECT NULL::uuid AS id, NULL::text AS task, 0::bigint AS bytes, 0 AS nth
      UNION ALL
      SELECT next.id, next.task, bytes + octet_length(next.task), nth + 1
      FROM page CROSS JOIN following CROSS JOIN LATERAL (
        SELECT id, task::text AS task FROM todo_service.tasks
        WHERE workspace_id = ${workspaceId} AND id = ids[nth + 1] LIMIT 1
      ) next
      WHERE nth < ${limit} AND (nth = 0 OR bytes + octet_length(next.task) <= ${maxPageBytes})
    )
    SELECT history.id AS history_id, coalesce(${begun?.seq ?? null}::bigint, head.seq, 0) AS seq, page.id, keys[nth] AS key,
           runs[nth] AS run, page.task, nth < cardinality(ids) AS has_more
    FROM todo_service.history CROSS JOIN following
    LEFT JOIN todo_service.workspaces head ON head.id = ${workspaceId}
    CROSS JOIN page
    ORDER BY nth`.execute(database);
  const last = rows.at(-1);
  if (!last) throw new Error('todo_service.history has no row');
  if (begun && begun.history !== last.history_id) throw historyChanged();
  const tasks = rows.flatMap(({ task }) => task ?? []).join(',');
  const { history_id: history, seq, key, id } = last;
  const run = last.run === null ? undefined : left[last.run];
  const next =
    last.has_more === true && run !== undefined && id !== null
      ? `"${ownCursor.encode({ history, seq, run, key, id })}"`
      : 'null';
  return `{"seq":${seq},"tasks":[${tasks}],"next_cursor":${next},"history_id":"${history}"}`;
}

/** The runs that a snapshot still has to read: it goes on with the one that it has begun. */
function runsFrom(begun: RunName | undefined, part: SnapshotPart | undefined, isFilled: boolean): RunName[] {
  const isByTime = begun === undefined ? isFilled : begun in byTime;
  const names = Object.keys(isByTime ? byTime : whileFilling) as RunName[];
  return names
    .slice(begun === undefined ? 0 : names.indexOf(begun))
    .filter((name) => part === undefined || runs[name].part === part);
}

type Reading = { workspaceId: string; limit: number; begun: (Place & { run: RunName }) | undefined };

/** The ids of a run, up to one more than a page has. It is read only if the former ones leave room on the page. */
function runOf(
  name: RunName,
  { workspaceId, limit, begun, former }: Reading & { former: RunName[] },
): RawBuilder<unknown> {
  const { key, order, condition, after }: Run = runs[name];
  const place = begun?.run === name ? sql`AND ${after(begun)}` : sql``;
  const room = former.map((one) => sql`AND (SELECT count(*) FROM ${sql.ref(one)}) <= ${limit}`);
  return sql`${sql.ref(name)} AS MATERIALIZED (
      SELECT id, ${key} AS key, ${former.length}::int AS run, row_number() OVER (ORDER BY ${order}) AS nth
      FROM todo_service.tasks
      WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND ${condition} ${place} ${sql.join(room, sql` `)}
      ORDER BY ${order} LIMIT ${limit} + 1
    )`;
}
