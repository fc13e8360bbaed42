import type { Client } from 'pg';

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

/** The relay's view of an outbox table. All queries run on the relay's own session. */
export type Outbox = {
  /** Reads the oldest events in commit order, except those with the partition keys `heldBack`. */
  read(client: Client, limit: number, heldBack: string[]): Promise<OutboxEvent[]>;
  /** Removes events that every topic has accepted. */
  remove(client: Client, ids: number[]): Promise<void>;
  /** Counts the events, and reads the time of the oldest one (null if there is none). */
  backlog(client: Client): Promise<{ events: number; oldest: string | null }>;
};
