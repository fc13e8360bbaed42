import { sql } from 'kysely';
import { maxPageBytes } from '@rondo/shared/database/page-bytes';
import { decodeCursor, encodeCursor } from '@rondo/shared/http/cursor';
import type { TodoContext } from '../context.ts';

type PageRow = {
  history_id: string;
  seq: number;
  id: string | null;
  task: string | null;
  has_more: boolean;
};

/**
 * Reads a page of all live tasks as the JSON text of a SnapshotPage: at most `limit` tasks and 1 MiB. Every page has the seq of
 * the first page. Tasks on later pages may be newer; applying the changes after that seq makes all pages consistent.
 */
export async function readSnapshot(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<string> {
  const [seqBefore = null, lastId = '00000000-0000-0000-0000-000000000000'] =
    cursor === undefined ? [] : decodeCursor(cursor, 'snapshot', 2);
  const liveAfter = (id: ReturnType<typeof sql>) => sql`
    SELECT id, task::text AS task FROM todo_service.tasks
    WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND id > ${id} ORDER BY id LIMIT 1`;
  // Goes from task to task, so that tasks beyond the page are not even unpacked.
  const { rows } = await sql<PageRow>`
    WITH RECURSIVE page AS (
      SELECT id, task, octet_length(task)::bigint AS bytes, 1 AS nth FROM (${liveAfter(sql`${lastId}::uuid`)}) first
      UNION ALL
      SELECT next.id, next.task, bytes + octet_length(next.task), nth + 1
      FROM page CROSS JOIN LATERAL (${liveAfter(sql`page.id`)}) next
      WHERE nth < ${limit} AND bytes + octet_length(next.task) <= ${maxPageBytes}
    )
    SELECT history.id AS history_id, coalesce(${seqBefore}::bigint, head.seq, 0) AS seq, page.id, page.task,
           EXISTS (${liveAfter(sql`(SELECT id FROM page ORDER BY nth DESC LIMIT 1)`)}) AS has_more
    FROM todo_service.history
    LEFT JOIN todo_service.workspaces head ON head.id = ${workspaceId}
    LEFT JOIN page ON true
    ORDER BY nth`.execute(database);
  const last = rows.at(-1);
  if (!last) throw new Error('todo_service.history has no row');
  const tasks = rows.flatMap(({ task }) => task ?? []).join(',');
  const next =
    last.has_more && last.id !== null ? `"${encodeCursor('snapshot', [last.seq, last.id])}"` : 'null';
  return `{"seq":${last.seq},"tasks":[${tasks}],"next_cursor":${next},"history_id":"${last.history_id}"}`;
}
