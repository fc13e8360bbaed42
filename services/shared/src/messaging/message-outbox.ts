import { sql, type Transaction } from 'kysely';
import { outboxRows, removeRows, type Outbox, type OutboxEvent } from './outbox.ts';

/** A message to publish. `body` is the JSON text of the CloudEvent's data. */
export type OutgoingMessage = {
  workspace_id: string;
  event_id: string;
  topic: string;
  type: string;
  body: string;
  traceparent: string | null;
};

/** Adds messages to the outbox of a service, in the transaction of the change that they report. */
export async function enqueueMessages<Tables>(
  trx: Transaction<Tables>,
  schema: string,
  messages: OutgoingMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await sql`
    INSERT INTO ${sql.id(schema, 'outbox')} (workspace_id, event_id, topic, type, body, traceparent)
    SELECT workspace_id, event_id, topic, type, body, traceparent
    FROM json_to_recordset(${JSON.stringify(messages)}::json) AS given (
      workspace_id uuid, event_id uuid, topic text, type text, body text, traceparent text
    )`.execute(trx);
}

type OutboxRow = Omit<OutboxEvent, 'topics' | 'partitionKey' | 'time'> & {
  topic: string;
  workspace_id: string;
  created_at: string;
};

/** The table `outbox` of a service's schema. Each message goes to its topic, in order within a workspace. */
export function messageOutbox(schema: string): Outbox {
  const table = `${schema}.outbox`;
  return {
    async read(client, query) {
      const columns = 'id, workspace_id, event_id, topic, type, body, traceparent, created_at';
      const { rows } = await client.query<OutboxRow>(outboxRows(table, columns, query));
      return rows.map(({ topic, workspace_id, created_at, ...row }) => ({
        ...row,
        time: created_at,
        partitionKey: workspace_id,
        topics: [topic],
      }));
    },

    remove: (client, ids) => removeRows(client, table, ids),

    async backlog(client) {
      const { rows } = await client.query<{ events: number; oldest: string | null }>(
        `SELECT count(*) AS events, min(created_at) AS oldest FROM ${table}`,
      );
      return rows[0] ?? { events: 0, oldest: null };
    },
  };
}
