import { sql } from 'kysely';
import { Count, Uuid } from '@rondo/shared/contracts/scalars';
import { defineCursor } from '@rondo/shared/http/cursor';
import type { TodoContext } from '../context.ts';

const snapshotCursor = defineCursor('snapshot', { seq: Count, id: Uuid });

/**
 * Reads a page of all live tasks as the JSON text of a SnapshotPage. Every page has the seq of the first page. Tasks on
 * later pages may be newer; applying the changes after that seq makes all pages consistent.
 */
export async function readSnapshot(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<string> {
  const { seq: seqBefore, id: lastId } =
    cursor === undefined
      ? { seq: null, id: '00000000-0000-0000-0000-000000000000' }
      : snapshotCursor.decode(cursor);
  const { rows } = await sql<{ seq: number; id: string | null; task: string | null }>`
    SELECT coalesce(${seqBefore}::bigint, head.seq, 0) AS seq, page.id, page.task
    FROM (SELECT max(seq) AS seq FROM todo_service.workspaces WHERE id = ${workspaceId}) head
    LEFT JOIN LATERAL (
      SELECT id, task::text AS task FROM todo_service.tasks
      WHERE workspace_id = ${workspaceId} AND deleted_at IS NULL AND id > ${lastId}::uuid ORDER BY id LIMIT ${limit}
    ) page ON true
    ORDER BY page.id`.execute(database);
  const seq = rows[0]?.seq ?? 0;
  const tasks = rows.flatMap(({ task }) => task ?? []);
  const last = tasks.length === limit ? rows.at(-1)?.id : undefined;
  const next = typeof last === 'string' ? `"${snapshotCursor.encode({ seq, id: last })}"` : 'null';
  return `{"seq":${seq},"tasks":[${tasks.join(',')}],"next_cursor":${next}}`;
}
