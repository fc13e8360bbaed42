import { sql, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { Count, DateTime, Uuid } from '@rondo/shared/contracts/scalars';
import { Actor } from '@rondo/shared/contracts/actor';
import { TaskEventType } from '@rondo/shared/contracts/task-event';
import { maxPageBytes } from '@rondo/shared/database/page-bytes';
import type { TodoContext } from '../context.ts';
import { actorOf, type ActorRow } from '../store/actor-of.ts';

const HistoryEntry = Type.Object({
  event_id: Uuid,
  event_type: TaskEventType,
  version: Count,
  timestamp: DateTime,
  actor: Actor,
  diff: Type.Record(Type.String(), Type.Object({ from: Type.Unknown(), to: Type.Unknown() })),
});

export const HistoryPage = Type.Object(
  { history: Type.Array(HistoryEntry), next_before: Type.Union([Count, Type.Null()]) },
  { $id: 'HistoryPage' },
);
export type HistoryPage = Static<typeof HistoryPage>;

type EntryRow = ActorRow & {
  event_id: string;
  event_type: Static<typeof TaskEventType>;
  version: number;
  occurred_at: string;
  diff: string;
  has_more: boolean;
};

/**
 * Reads the changes of a task, newest first, each with the changed fields: at most `limit` of them and 1 MiB. Only versions
 * below `before` are returned. Undefined if the workspace never had the task.
 */
export async function readHistory(
  { database }: Pick<TodoContext, 'database'>,
  workspaceId: string,
  id: string,
  { limit, before }: { limit: number; before?: number },
): Promise<HistoryPage | undefined> {
  const eventOf = (version: RawBuilder<unknown>) => sql`
    SELECT * FROM todo_service.events
    WHERE workspace_id = ${workspaceId} AND task_id = ${id} AND version = ${version} LIMIT 1`;
  const entryOf = (version: RawBuilder<unknown>) => sql`
    SELECT event.*, coalesce((
      SELECT json_object_agg(field, json_build_object('from', previous.payload -> field, 'to', event.payload -> field))
      FROM json_array_elements_text(event.changed) AS field
    )::text, '{}') AS diff
    FROM (${eventOf(version)}) event LEFT JOIN LATERAL (${eventOf(sql`event.version - 1`)}) previous ON true`;
  const columns = sql`entry.event_id, entry.event_type, entry.version, entry.occurred_at, entry.actor_id, entry.actor_source,
    entry.agent`;
  const latest = sql`(
    SELECT max(version) FROM todo_service.events
    WHERE workspace_id = ${workspaceId} AND task_id = ${id} AND version < ${before ?? Number.MAX_SAFE_INTEGER}
  )`;
  // Goes from version to version, so that no difference is computed that the page has no room for.
  const { rows } = await sql<EntryRow>`
    WITH RECURSIVE page AS (
      SELECT ${columns}, diff, octet_length(diff)::bigint AS bytes, 1 AS nth FROM (${entryOf(latest)}) entry
      UNION ALL
      SELECT ${columns}, entry.diff, bytes + octet_length(entry.diff), nth + 1
      FROM page CROSS JOIN LATERAL (${entryOf(sql`page.version - 1`)}) entry
      WHERE nth < ${limit} AND bytes + octet_length(entry.diff) <= ${maxPageBytes}
    )
    SELECT page.*, EXISTS (${eventOf(sql`(SELECT min(version) - 1 FROM page)`)}) AS has_more FROM page ORDER BY nth`.execute(
    database,
  );
  if (rows.length === 0) return before === undefined ? undefined : { history: [], next_before: null };
  const history = rows.map((row) => ({
    event_id: row.event_id,
    event_type: row.event_type,
    version: row.version,
    timestamp: row.occurred_at,
    actor: actorOf(row),
    diff: JSON.parse(row.diff) as HistoryPage['history'][number]['diff'],
  }));
  const last = rows.at(-1);
  return { history, next_before: last?.has_more === true ? last.version : null };
}
