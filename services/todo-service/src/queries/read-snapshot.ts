import { sql } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { Count, Uuid } from '@rondo/shared/contracts/scalars';
import { maxPageBytes } from '@rondo/shared/database/page-bytes';
import { defineCursor } from '@rondo/shared/http/cursor';
import { historyChanged } from '../domain/history-changed.ts';
import type { TodoContext } from '../context.ts';

type PageRow = {
  history_id: string;
  seq: number;
  id: string | null;
  task: string | null;
  has_more: boolean | null;
};

const snapshotCursor = defineCursor('snapshot', { history: Uuid, seq: Count, id: Uuid });

/**
 * Reads a page of all live tasks as the JSON text of a SnapshotPage: at most `limit` tasks and 1 MiB. Every page has the seq of
 * the first page. Tasks on later pages may be newer; applying the changes after that seq makes all pages consistent.
 * @throws AppError 409 `history-changed` if the first page was of another history; 422 if the cursor is not one of a snapshot
 */
export async function readSnapshot(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<string> {
  const begun = cursor === undefined ? undefined : snapshotCursor.decode(cursor);
  const { seq: seqBefore, id: lastId } = begun ?? { seq: null, id: lowestUuid };
  // Goes from task to task by their ids, so that tasks beyond the page are not even unpacked. Each is found by its whole key: for
  // "the next one after", the planner might sort all of them, each time.
  const { rows } = await sql<PageRow>`
    WITH RECURSIVE following AS MATERIALIZED (
      SELECT array_agg(id ORDER BY id) AS ids FROM (
        SELECT id FROM todo_service.tasks
        WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND id > ${lastId}::uuid ORDER BY id LIMIT ${limit} + 1
      ) live
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
    SELECT history.id AS history_id, coalesce(${seqBefore}::bigint, head.seq, 0) AS seq, page.id, page.task,
           nth < cardinality(ids) AS has_more
    FROM todo_service.history CROSS JOIN following
    LEFT JOIN todo_service.workspaces head ON head.id = ${workspaceId}
    CROSS JOIN page
    ORDER BY nth`.execute(database);
  const last = rows.at(-1);
  if (!last) throw new Error('todo_service.history has no row');
  if (begun && begun.history !== last.history_id) throw historyChanged();
  const tasks = rows.flatMap(({ task }) => task ?? []).join(',');
  const next =
    last.has_more === true && last.id !== null
      ? `"${snapshotCursor.encode({ history: last.history_id, seq: last.seq, id: last.id })}"`
      : 'null';
  return `{"seq":${last.seq},"tasks":[${tasks}],"next_cursor":${next},"history_id":"${last.history_id}"}`;
}
