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

/**
 * Reads the next events in commit order. If the backlog of a few partition keys, such as a large import, fills what is read, events of
 * the other keys come first, up to as many again.
 */
export async function readInTurn(
  outbox: Pick<Outbox, 'read'>,
  client: Client,
  limit: number,
  heldBack: string[],
): Promise<OutboxEvent[]> {
  const oldest = await outbox.read(client, limit, heldBack);
  if (oldest.length < limit) return oldest;
  const counts = new Map<string, number>();
  for (const { partitionKey: key } of oldest) counts.set(key, (counts.get(key) ?? 0) + 1);
  const crowded = new Set([...counts].filter(([, count]) => count > limit / 4).map(([key]) => key));
  if (crowded.size === 0) return oldest;
  const others = await outbox.read(client, limit, [...heldBack, ...crowded]);
  return [...others, ...oldest.filter(({ partitionKey: key }) => crowded.has(key))];
}
