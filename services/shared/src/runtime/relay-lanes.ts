import { components } from '../contracts/topics.ts';
import { envelopeMetadata, type DaprClient, type OutgoingEvent } from './dapr-client.ts';
import type { OutboxEvent } from './outbox.ts';

/** Real daprd copies a failed bulk answer into headers: larger publications could not be read back. */
export const publicationSize = 100;
/** So many publications are under way at a time, none of which shares a partition key with another. */
export const lanes = 4;

/**
 * What became of events that were offered: those that every topic accepted and no refused one of their partition key stands
 * before, and those that at least one topic refused. The others are offered again later.
 */
export type Offer = { accepted: OutboxEvent[]; refused: Set<string>; reason: unknown };

/** Offers events to their topics, those of one partition key one publication after the other. */
export async function offerInLanes(dapr: DaprClient, events: OutboxEvent[]): Promise<Offer> {
  const offers = await Promise.all(lanesOf(events).map((lane) => offerInOrder(dapr, lane)));
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
async function offerInOrder(dapr: DaprClient, lane: OutboxEvent[]): Promise<Offer> {
  const whole: Offer = { accepted: [], refused: new Set(), reason: undefined };
  const blocked = new Set<string>();
  for (let from = 0; from < lane.length; from += publicationSize) {
    const events = lane
      .slice(from, from + publicationSize)
      .filter(({ partition_key: key }) => !blocked.has(key));
    if (events.length === 0) continue;
    const { refused, reason } = await offer(dapr, events);
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
  dapr: DaprClient,
  events: OutboxEvent[],
): Promise<{ refused: Set<string>; reason: unknown }> {
  let reason: unknown;
  const topics = [...new Set(events.flatMap((event) => event.topics))];
  const refusals = await Promise.all(
    topics.map(async (topic) => {
      const batch = events.filter((event) => event.topics.includes(topic)).map((event) => toOutgoing(event));
      try {
        return await dapr.publishBulk(components.pubsub, topic, batch);
      } catch (error) {
        reason = error;
        return new Set(batch.map(({ entry_id }) => entry_id));
      }
    }),
  );
  return { refused: new Set(refusals.flatMap((refused) => [...refused])), reason };
}

function toOutgoing({ event_id, body, type, partition_key, traceparent }: OutboxEvent): OutgoingEvent {
  const trace = traceparent === null ? undefined : { traceparent };
  return { entry_id: event_id, body, metadata: envelopeMetadata({ event_id, type, partition_key }, trace) };
}
