import { sql } from 'kysely';
import { maxPageBytes } from '@rondo/shared/database/page-bytes';
import { AppError } from '@rondo/shared/errors';
import { historyChanged } from '../domain/history-changed.ts';
import { eventColumns, eventJson } from '../store/event-json.ts';
import type { TodoContext } from '../context.ts';
import type { EventRow } from '../store/tables.ts';

type PageRow = EventRow & { history_id: string; head: number | null; pruned_seq: number | null };

/** An event's size as JSON, in bytes. Ids, names and times take less than 600. */
const size = sql`(octet_length(payload::text) + octet_length(changed::text) + coalesce(octet_length(agent::text), 0)
  + coalesce(octet_length(series::text), 0) + 600)::bigint`;

const columnsOf = (table: string) => sql.join(eventColumns.map((column) => sql.ref(`${table}.${column}`)));

/**
 * Reads the events of a workspace after `since`, in order, as the JSON text of a ChangePage: at most `limit` events and 1 MiB.
 * One statement reads events and head, so they are consistent.
 * @throws AppError 409 `history-changed` if `historyId` is not the history of this installation; 410 `changes-expired` if some
 * events were pruned; 409 `ahead-of-head` if `since` is beyond the head. In each case the client must take a snapshot.
 */
export async function readChanges(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  { since, limit, historyId }: { since: number; limit: number; historyId: string | undefined },
): Promise<string> {
  const eventAt = (seq: typeof size) => sql`
    SELECT *, ${size} AS size FROM todo_service.events WHERE workspace_id = ${workspaceId} AND seq = ${seq} LIMIT 1`;
  // Goes from event to event, so that events beyond the page are not even unpacked. LIMIT 1 keeps the planner from a join with
  // all events.
  const { rows } = await sql<PageRow>`
    WITH RECURSIVE page AS (
      SELECT ${columnsOf('event')}, size AS bytes, 1 AS nth FROM (${eventAt(sql`${since}::bigint + 1`)}) event
      UNION ALL
      SELECT ${columnsOf('event')}, bytes + size, nth + 1
      FROM page CROSS JOIN LATERAL (${eventAt(sql`page.seq + 1`)}) event
      WHERE nth < ${limit} AND bytes + size <= ${maxPageBytes}
    )
    SELECT history.id AS history_id, head.seq AS head, head.pruned_seq, ${columnsOf('page')}
    FROM todo_service.history
    LEFT JOIN todo_service.workspaces head ON head.id = ${workspaceId}
    LEFT JOIN page ON true
    ORDER BY page.seq`.execute(database);
  const [known] = rows;
  if (!known) throw new Error('todo_service.history has no row');
  const head = { seq: known.head ?? 0, pruned_seq: known.pruned_seq ?? 0 };
  if (historyId !== undefined && historyId !== known.history_id) throw historyChanged();
  if (since < head.pruned_seq)
    throw new AppError('changes-expired', 'Changes this old are no longer available. Take a snapshot.');
  if (since > head.seq)
    throw new AppError('ahead-of-head', `The workspace is only at seq ${head.seq}. Take a snapshot.`);
  const events = rows.filter(({ event_id }) => event_id !== null);
  const hasMore = (events.at(-1)?.seq ?? since) < head.seq;
  const changes = events.map((event) => eventJson(event)).join(',');
  return `{"changes":[${changes}],"head":${head.seq},"has_more":${hasMore},"history_id":"${known.history_id}"}`;
}
