import { sql } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import { eventColumns, eventJson } from '../store/event-json.ts';
import type { TodoContext } from '../context.ts';
import type { EventRow } from '../store/tables.ts';

type Head = { seq: number; pruned_seq: number };

/**
 * Reads the events of a workspace after `since`, in order, as the JSON text of a ChangePage. One statement reads events and
 * head, so they are consistent.
 * @throws AppError 410 `changes-expired` if some of them were pruned; 409 `ahead-of-head` if `since` is beyond the head, as
 * after a restored backup. In both cases the client must take a snapshot.
 */
export async function readChanges(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  { since, limit }: { since: number; limit: number },
): Promise<string> {
  const { rows } = await sql<EventRow & { head: number | null; pruned_seq: number | null }>`
    SELECT head.seq AS head, head.pruned_seq, ${sql.join(eventColumns.map((column) => sql.ref(`event.${column}`)))}
    FROM (SELECT seq, pruned_seq FROM todo_service.workspaces WHERE id = ${workspaceId}) head
    LEFT JOIN LATERAL (
      SELECT * FROM todo_service.events WHERE workspace_id = ${workspaceId} AND seq > ${since} ORDER BY seq LIMIT ${limit}
    ) event ON true
    ORDER BY event.seq`.execute(database);
  const head: Head = { seq: rows[0]?.head ?? 0, pruned_seq: rows[0]?.pruned_seq ?? 0 };
  if (since < head.pruned_seq)
    throw new AppError('changes-expired', 'Changes this old are no longer available. Take a snapshot.', {
      status: 410,
    });
  if (since > head.seq)
    throw new AppError('ahead-of-head', `The workspace is only at seq ${head.seq}. Take a snapshot.`, {
      status: 409,
    });
  const events = rows.filter(({ event_id }) => event_id !== null);
  const hasMore = (events.at(-1)?.seq ?? since) < head.seq;
  return `{"changes":[${events.map((event) => eventJson(event)).join(',')}],"head":${head.seq},"has_more":${hasMore}}`;
}
