import type { Client } from 'pg';
import { keysAfterSql } from '../database/keys-after.ts';

/** An event in an outbox. `body` is the JSON text of the CloudEvent's data. */
export type OutboxEvent = {
  id: number;
  event_id: string;
  partitionKey: string;
  type: string;
  /** When it happened, RFC 3339. */
  time: string;
  body: string;
  traceparent: string | null;
  topics: readonly string[];
  /** Extension attributes of the CloudEvent (CloudEvents 1.0, section 3.2): names of lower-case letters and digits. */
  extensions?: Record<string, string>;
};

/**
 * Which events to read: at most `limit`, and none of the partition keys `heldBack`. Without `after` the oldest ones, else the first
 * ones of each partition key after that key.
 */
export type OutboxQuery = { limit: number; heldBack: string[]; after?: string };

/** The relay's view of an outbox table. All queries run on the relay's own session. */
export type Outbox = {
  /** Reads events, those of a partition key in commit order. */
  read(client: Client, query: OutboxQuery): Promise<OutboxEvent[]>;
  /** Removes events that every topic has accepted. */
  remove(client: Client, ids: number[]): Promise<void>;
  /** Counts the events, and reads the time of the oldest one (null if there is none). */
  backlog(client: Client): Promise<{ events: number; oldest: string | null }>;
};

/** How many events of a partition key have a turn together. */
export const eventsInTurn = 20;

/** The query of the rows of an outbox whose keys are workspaces. It needs an index of `workspace_id` and `id`. */
export function outboxRows(
  table: string,
  columns: string,
  { limit, heldBack, after }: OutboxQuery,
): { text: string; values: unknown[] } {
  if (after === undefined) {
    const text = `SELECT ${columns} FROM ${table} WHERE workspace_id <> ALL ($2::uuid[]) ORDER BY id LIMIT $1`;
    return { text, values: [limit, heldBack] };
  }
  const text = `
    SELECT first.* FROM (${keysAfterSql({ table, key: 'workspace_id' })}) turn CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${table} WHERE ${table}.workspace_id = turn.workspace_id ORDER BY id LIMIT ${eventsInTurn}
    ) first LIMIT $2`;
  return { text, values: [after, limit, heldBack] };
}

/**
 * Removes rows of an outbox by their ids. It is not a named statement: a plan made for a short outbox would read all of a long one
 * for each batch.
 */
export async function removeRows(client: Client, table: string, ids: number[]): Promise<void> {
  await client.query({ text: `DELETE FROM ${table} WHERE id = ANY ($1::bigint[])`, values: [ids] });
}
