import { components } from '../contracts/topics.ts';
import { envelopeMetadata, type DaprClient, type OutgoingEvent } from './dapr-client.ts';
import type { OutboxEvent } from './outbox.ts';
import type { Tracing } from './tracing.ts';

/** Real daprd copies a failed bulk answer into headers: larger publications could not be read back. */
export const publicationSize = 100;
/** So many publications are under way at a time, none of which shares a partition key with another. */
export const lanes = 4;

/**
 * What became of events that were offered: those that every topic accepted and no refused one of their partition key stands
 * before, and those that at least one topic refused. The others are offered again later.
 */
export type Offer = { accepted: OutboxEvent[]; refused: Set<string>; reason: unknown };

/** What events are sent by, and what records that they are. */
export type Sender = { dapr: DaprClient; tracing: Tracing };

/** Offers events to their topics, those of one partition key one publication after the other. */
export async function offerInLanes(sender: Sender, events: OutboxEvent[]): Promise<Offer> {
  const offers = await Promise.all(lanesOf(events).map((lane) => offerInOrder(sender, lane)));
  return {
    accepted: offers.flatMap(({ accepted }) => accepted),
    refused: new Set(offers.flatMap(({ refused }) => [...refused])),
    reason: offers.find(({ reason }) => reason !== undefined)?.reason,
  };
}

/** Shares events out, in order, so that those of one partition key are in one lane. */
function lanesOf(events: OutboxEvent[]): OutboxEvent[][] {
  if (events.length <= publicationSize) return [events];
  const shares: OutboxEvent[][] = Array.from({ length: lanes }, () => []);
  const laneOf = new Map<string, number>();
  for (const event of events) {
    const lane = laneOf.get(event.partition_key) ?? laneOf.size % lanes;
    laneOf.set(event.partition_key, lane);
    shares[lane]?.push(event);
  }
  return shares.filter((share) => share.length > 0);
}

/** Behind a refused event, none of its partition key is offered. */
async function offerInOrder(sender: Sender, lane: OutboxEvent[]): Promise<Offer> {
  const whole: Offer = { accepted: [], refused: new Set(), reason: undefined };
  const blocked = new Set<string>();
  for (let from = 0; from < lane.length; from += publicationSize) {
    const events = lane
      .slice(from, from + publicationSize)
      .filter(({ partition_key: key }) => !blocked.has(key));
    if (events.length === 0) continue;
    const { refused, reason } = await offer(sender, events);
    whole.reason ??= reason;
    for (const event of events) {
      const { event_id: id, partition_key: key } = event;
      if (refused.has(id)) {
        whole.refused.add(id);
        blocked.add(key);
      } else if (!blocked.has(key)) whole.accepted.push(event);
    }
  }
  return whole;
}

/** Offers a publication to its topics. @returns the events that at least one of their topics did not accept */
async function offer(
  { dapr, tracing }: Sender,
  events: OutboxEvent[],
): Promise<{ refused: Set<string>; reason: unknown }> {
  let reason: unknown;
  const topics = [...new Set(events.flatMap((event) => event.topics))];
  const refusals = await Promise.all(
    topics.map(async (topic) => {
      const batch = events.filter((event) => event.topics.includes(topic));
      const spans = batch.map((event) => tracing.publication(event.traceparent, aboutOf(event, topic)));
      // A consumer is a child of what sent it its event: each topic gets a position of its own.
      const entries = batch.map((event, index) =>
        toOutgoing(event, spans[index]?.trace.traceparent ?? event.traceparent),
      );
      const refused = await dapr.publishBulk(components.pubsub, topic, entries).catch((error: unknown) => {
        reason = error;
        return new Set(entries.map(({ entry_id }) => entry_id));
      });
      for (const [index, { event_id: id }] of batch.entries())
        spans[index]?.end(refused.has(id) ? 'refused' : 'accepted');
      return refused;
    }),
  );
  return { refused: new Set(refusals.flatMap((refused) => [...refused])), reason };
}

function aboutOf({ event_id, partition_key }: OutboxEvent, topic: string) {
  return { topic, event_id, workspace_id: partition_key };
}

function toOutgoing(
  { event_id, body, type, partition_key }: OutboxEvent,
  traceparent: string | null,
): OutgoingEvent {
  const trace = traceparent === null ? undefined : { traceparent };
  return { entry_id: event_id, body, metadata: envelopeMetadata({ event_id, type, partition_key }, trace) };
}
