import { cloudEventTypeOf, topics } from '@rondo/shared/contracts/topics';
import type { TaskEventType } from '@rondo/shared/contracts/task-event';
import { outboxRows, removeRows, type Outbox, type OutboxEvent } from '@rondo/shared/messaging/outbox';
import { eventColumns, eventJson } from './event-json.ts';
import type { EventRow } from './tables.ts';

type UnpublishedRow = EventRow & { id: number; traceparent: string | null; history_id: string };

const table = 'todo_service.outbox';
const destinations = [topics.taskEvents, topics.taskUpdates] as const;

/** Gives the relay access to `todo_service.outbox`: every event goes to both topics, in order per workspace. */
export const eventOutbox: Outbox = {
  // Not a named statement, so it is planned each time: a plan made for an empty table would read all events for each batch.
  // LIMIT 1 keeps the lateral from becoming a join, for which the planner would read all events of a long backlog.
  async read(client, query) {
    const { text, values } = outboxRows(table, 'id, workspace_id, seq', query);
    const { rows } = await client.query<UnpublishedRow>({
      text: `SELECT waiting.id, event.*, (SELECT id FROM todo_service.history) AS history_id
             FROM (${text}) waiting CROSS JOIN LATERAL (
               SELECT traceparent, ${eventColumns.join(', ')} FROM todo_service.events
               WHERE events.workspace_id = waiting.workspace_id AND events.seq = waiting.seq LIMIT 1
             ) event ORDER BY id`,
      values,
    });
    return rows.map((row) => toOutboxEvent(row));
  },

  remove: (client, ids) => removeRows(client, table, ids),

  async backlog(client) {
    const { rows } = await client.query<{ events: number; oldest: string | null }>(
      `SELECT count(*) AS events, (
         SELECT occurred_at FROM todo_service.outbox JOIN todo_service.events USING (workspace_id, seq) ORDER BY id LIMIT 1
       ) AS oldest FROM todo_service.outbox`,
    );
    return rows[0] ?? { events: 0, oldest: null };
  },
};

function toOutboxEvent(row: UnpublishedRow): OutboxEvent {
  return {
    id: row.id,
    event_id: row.event_id,
    partitionKey: row.workspace_id,
    type: cloudEventTypeOf(row.event_type as TaskEventType),
    time: row.occurred_at,
    body: eventJson(row),
    traceparent: row.traceparent,
    topics: destinations,
    // WebSocket has no database: this tells it that a restore has begun a new history.
    extensions: { historyid: row.history_id },
  };
}
