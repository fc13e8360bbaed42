import type { Client } from 'pg';

/** An event that waits in an outbox. `body` is the JSON text of the CloudEvent's data. */
export type OutboxEvent = {
  id: number;
  event_id: string;
  partition_key: string;
  type: string;
  /** When it happened, RFC 3339. */
  time: string;
  body: string;
  traceparent: string | null;
  topics: readonly string[];
};

/** A service's outbox table, as the relay sees it. All queries run on the relay's own session. */
export type Outbox = {
  /** The oldest unpublished events in commit order, without those of the `held_back` partition keys. */
  read(client: Client, limit: number, heldBack: string[]): Promise<OutboxEvent[]>;
  /** Takes what every topic has accepted out of the outbox. */
  remove(client: Client, ids: number[]): Promise<void>;
  /** How many events wait, and since when the oldest one does (null when none). */
  backlog(client: Client): Promise<{ events: number; oldest: string | null }>;
};
