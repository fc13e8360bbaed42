import type { Client } from 'pg';
import { components } from '../contracts/topics.ts';
import type { DaprClient } from './dapr-client.ts';
import { idOfHash } from './dead-letter-id.ts';
import type { Outbox } from './outbox.ts';
import { recordOf, type OversizedEvent } from './relay-lanes.ts';

/** The code in the reason of a dead letter that was never published. */
export const parkedReason = 'too-large-for-broker';

/** A dead letter that was never published, as its row has it. */
export type ParkedLetter = { event_id: string; workspace_id: string; topic: string; cloud_event: string };

/**
 * Moves an event from the outbox to the dead letters, one for each topic that refused it for its size. A redrive publishes it
 * there (`publishParked`).
 */
export async function parkEvent(
  client: Client,
  { outbox, schema, name }: { outbox: Outbox; schema: string; name: string },
  { event, refusals }: OversizedEvent,
): Promise<void> {
  await client.query('BEGIN');
  try {
    for (const { topic, detail } of refusals) {
      await client.query(
        `INSERT INTO ${schema}.dead_letters (id, workspace_id, topic, event_id, reason, cloud_event)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, redriven_at = NULL`,
        [
          idOfHash(`parked ${topic} ${event.event_id}`),
          event.partitionKey,
          topic,
          event.event_id,
          `${parkedReason}: ${detail}`,
          recordOf(event, { name, topic, traceparent: event.traceparent }),
        ],
      );
    }
    await outbox.remove(client, [event.id]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Publishes a parked event to its topic. @returns whether the topic accepted it */
export async function publishParked(
  dapr: DaprClient,
  { event_id: entryId, workspace_id: partitionKey, topic, cloud_event: text }: ParkedLetter,
): Promise<boolean> {
  const refused = await dapr.publishBulk(components.pubsub, topic, [{ entryId, partitionKey, text }]);
  return refused.size === 0;
}
