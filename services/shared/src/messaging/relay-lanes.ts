import { components } from '../contracts/topics.ts';
import { cloudEventText } from './cloud-event.ts';
import type { DaprClient } from './dapr-client.ts';
import type { OutboxEvent } from './outbox.ts';
import type { Tracing } from '../observability/tracing.ts';

/** The most events of one publication. */
export const publicationSize = 500;
/** The most bytes of their bodies. JSON inside of JSON can be twice as long, and a sidecar accepts 4 MiB. */
const publicationBytes = 1.5 * 1024 * 1024;
/** How many publications run at the same time. None shares a partition key with another. */
export const lanes = 4;

/**
 * The result of an offer. `accepted`: every topic accepted the event, and no earlier event with the same key was refused.
 * `refused`: the ids that at least one topic refused. The other events are offered again later.
 */
export type Offer = { accepted: OutboxEvent[]; refused: Set<string>; reason: unknown };

/** Who sends events, and through what. */
export type Sender = { name: string; dapr: DaprClient; tracing: Tracing };

/** Offers events to their topics. Publications with the same partition key go one after the other. */
export async function offerInLanes(sender: Sender, events: OutboxEvent[]): Promise<Offer> {
  const offers = await Promise.all(lanesOf(events).map((lane) => offerInOrder(sender, lane)));
  return {
    accepted: offers.flatMap(({ accepted }) => accepted),
    refused: new Set(offers.flatMap(({ refused }) => [...refused])),
    reason: offers.find(({ reason }) => reason !== undefined)?.reason,
  };
}

/** Distributes events over lanes, in order, so that each partition key is in one lane. */
function lanesOf(events: OutboxEvent[]): OutboxEvent[][] {
  if (events.length <= publicationSize) return [events];
  const shares: OutboxEvent[][] = Array.from({ length: lanes }, () => []);
  const laneOf = new Map<string, number>();
  for (const event of events) {
    const lane = laneOf.get(event.partitionKey) ?? laneOf.size % lanes;
    laneOf.set(event.partitionKey, lane);
    shares[lane]?.push(event);
  }
  return shares.filter((share) => share.length > 0);
}

/** Offers a lane in order. After a refused event, its partition key is blocked. */
async function offerInOrder(sender: Sender, lane: OutboxEvent[]): Promise<Offer> {
  const whole: Offer = { accepted: [], refused: new Set(), reason: undefined };
  const blocked = new Set<string>();
  for (const publication of publicationsOf(lane)) {
    const events = publication.filter(({ partitionKey: key }) => !blocked.has(key));
    if (events.length === 0) continue;
    const { refused, reason } = await offer(sender, events);
    whole.reason ??= reason;
    for (const event of events) {
      const { event_id: id, partitionKey: key } = event;
      if (refused.has(id)) {
        whole.refused.add(id);
        blocked.add(key);
      } else if (!blocked.has(key)) whole.accepted.push(event);
    }
  }
  return whole;
}

/** Cuts a lane into publications that are small enough. */
function publicationsOf(lane: OutboxEvent[]): OutboxEvent[][] {
  const publications: OutboxEvent[][] = [];
  let bytesLeft = 0;
  for (const event of lane) {
    const bytes = Buffer.byteLength(event.body);
    const last = publications.at(-1);
    if (last && last.length < publicationSize && bytes <= bytesLeft) {
      last.push(event);
      bytesLeft -= bytes;
    } else {
      publications.push([event]);
      bytesLeft = publicationBytes - bytes;
    }
  }
  return publications;
}

/** Offers a publication to its topics. @returns the ids of events that at least one topic did not accept */
async function offer(
  { name, dapr, tracing }: Sender,
  events: OutboxEvent[],
): Promise<{ refused: Set<string>; reason: unknown }> {
  let reason: unknown;
  const topics = [...new Set(events.flatMap((event) => event.topics))];
  const refusals = await Promise.all(
    topics.map(async (topic) => {
      const batch = events.filter((event) => event.topics.includes(topic));
      const spans = batch.map((event) =>
        tracing.publication(event.traceparent, {
          topic,
          eventId: event.event_id,
          workspaceId: event.partitionKey,
        }),
      );
      // A consumer's span is a child of the publication to its topic, so each topic has a traceparent of its own.
      const entries = batch.map((event, index) => {
        const { event_id: id, type, time, partitionKey, body, extensions } = event;
        const traceparent = spans[index]?.trace.traceparent ?? event.traceparent;
        const context = { ...extensions, id, source: name, type, time, topic, traceparent };
        return { entryId: id, partitionKey, text: cloudEventText(context, body) };
      });
      const refused = await dapr.publishBulk(components.pubsub, topic, entries).catch((error: unknown) => {
        reason = error;
        return new Set(entries.map(({ entryId }) => entryId));
      });
      for (const [index, { event_id: id }] of batch.entries())
        spans[index]?.end(refused.has(id) ? 'refused' : 'accepted');
      return refused;
    }),
  );
  return { refused: new Set(refusals.flatMap((refused) => [...refused])), reason };
}
