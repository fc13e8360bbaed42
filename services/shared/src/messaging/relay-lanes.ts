import { components } from '../contracts/topics.ts';
import { cloudEventText } from './cloud-event.ts';
import type { DaprClient } from './dapr-client.ts';
import type { OutboxEvent } from './outbox.ts';
import type { Tracing } from '../observability/tracing.ts';

/** The most events of a publication: what one costs by itself is shared by so many. */
export const publicationSize = 500;
/** The most bytes of their bodies. JSON inside of JSON can be twice as long, and a sidecar takes 4 MiB at a time. */
const publicationBytes = 1.5 * 1024 * 1024;
/** So many publications are under way at a time, none of which shares a partition key with another. */
export const lanes = 4;

/**
 * What became of events that were offered: those that every topic accepted and no refused one of their partition key stands
 * before, and those that at least one topic refused. The others are offered again later.
 */
export type Offer = { accepted: OutboxEvent[]; refused: Set<string>; reason: unknown };

/** Whose events are sent, by what, and what records that they are. */
export type Sender = { name: string; dapr: DaprClient; tracing: Tracing };

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
  for (const publication of publicationsOf(lane)) {
    const events = publication.filter(({ partition_key: key }) => !blocked.has(key));
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

/** Cuts a lane into publications of which none is too large. */
function publicationsOf(lane: OutboxEvent[]): OutboxEvent[][] {
  const publications: OutboxEvent[][] = [];
  let room = 0;
  for (const event of lane) {
    const bytes = Buffer.byteLength(event.body);
    const last = publications.at(-1);
    if (last && last.length < publicationSize && bytes <= room) {
      last.push(event);
      room -= bytes;
    } else {
      publications.push([event]);
      room = publicationBytes - bytes;
    }
  }
  return publications;
}

/** Offers a publication to its topics. @returns the events that at least one of their topics did not accept */
async function offer(
  { name, dapr, tracing }: Sender,
  events: OutboxEvent[],
): Promise<{ refused: Set<string>; reason: unknown }> {
  let reason: unknown;
  const topics = [...new Set(events.flatMap((event) => event.topics))];
  const refusals = await Promise.all(
    topics.map(async (topic) => {
      const batch = events.filter((event) => event.topics.includes(topic));
      const spans = batch.map((event) => tracing.publication(event.traceparent, aboutOf(event, topic)));
      // A consumer is a child of what sent it its event: each topic gets a position of its own.
      const entries = batch.map((event, index) => {
        const { event_id: id, type, time, partition_key, body } = event;
        const traceparent = spans[index]?.trace.traceparent ?? event.traceparent;
        const context = { id, source: name, type, time, topic, traceparent };
        return { entry_id: id, partition_key, text: cloudEventText(context, body) };
      });
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
