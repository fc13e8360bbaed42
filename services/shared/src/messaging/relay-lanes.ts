import { components } from '../contracts/topics.ts';
import { cloudEventText } from './cloud-event.ts';
import type { DaprClient, Refusal } from './dapr-client.ts';
import type { KeyWindows } from './key-windows.ts';
import { nextPublication, publicationSize } from './next-publication.ts';
import type { OutboxEvent } from './outbox.ts';
import type { Tracing } from '../observability/tracing.ts';

/**
 * A lane of at most this many events has one of each key in a publication, so that nothing can be torn apart. Few events of
 * so short a lane share a key. Of a longer lane, which is a backlog or a burst, the windows decide.
 */
const shortLane = 8;
/** How many publications run at the same time. None shares a partition key with another. */
export const lanes = 4;

/**
 * The result of an offer. `accepted`: every topic accepted the event, and no earlier event with the same key was refused.
 * `refused`: the ids that at least one topic refused, or whose outcome is unknown. `oversized`: refused for
 * their size, each in a publication of its own. The other events are offered again later.
 */
export type Offer = {
  accepted: OutboxEvent[];
  refused: Set<string>;
  oversized: OversizedEvent[];
  reason: unknown;
};

/** An event that these topics refused for its size. Its other topics accepted it. */
export type OversizedEvent = { event: OutboxEvent; refusals: TopicRefusal[] };

type TopicRefusal = Refusal & { topic: string };

/** Who sends events, and through what. */
export type Sender = { name: string; dapr: DaprClient; tracing: Tracing; windows: KeyWindows };

/** Offers events to their topics. Publications with the same partition key go one after the other. */
export async function offerInLanes(sender: Sender, events: OutboxEvent[]): Promise<Offer> {
  const offers = await Promise.all(lanesOf(events).map((lane) => offerInOrder(sender, lane)));
  return {
    accepted: offers.flatMap(({ accepted }) => accepted),
    refused: new Set(offers.flatMap(({ refused }) => [...refused])),
    oversized: offers.flatMap(({ oversized }) => oversized),
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

/** Offers a lane in order, as many events of each key at a time as its window allows. A refusal blocks its key. */
async function offerInOrder(sender: Sender, lane: OutboxEvent[]): Promise<Offer> {
  const whole: Offer = { accepted: [], refused: new Set(), oversized: [], reason: undefined };
  const perKey = lane.length <= shortLane ? 1 : Infinity;
  for (let rest = lane; rest.length > 0;) {
    const { publication, left } = nextPublication(rest, sender.windows, perKey);
    const began = sender.windows.now();
    const { refusals, reason } = await offer(sender, publication);
    const blocked = new Set<string>();
    const tooLarge = new Set<string>();
    for (const event of publication) {
      const { event_id: id, partitionKey: key } = event;
      const refused = refusals.get(id);
      if (!refused) {
        if (!blocked.has(key)) whole.accepted.push(event);
        continue;
      }
      const isTooLarge = refused.every((refusal) => refusal.isTooLarge);
      if (isTooLarge && publication.length === 1) {
        whole.oversized.push({ event, refusals: refused });
        continue;
      }
      if (isTooLarge) tooLarge.add(key);
      whole.refused.add(id);
      whole.reason ??= reason ?? refused[0]?.detail;
      blocked.add(key);
    }
    const keys = publication.map(({ partitionKey }) => partitionKey);
    sender.windows.settle({ began, keys: new Set(keys), refused: blocked, tooLarge });
    rest = blocked.size === 0 ? left : left.filter(({ partitionKey: key }) => !blocked.has(key));
  }
  return whole;
}

/** Offers a publication to its topics. @returns the refusals of each event that at least one topic did not accept, by its id */
async function offer(
  sender: Sender,
  events: OutboxEvent[],
): Promise<{ refusals: Map<string, TopicRefusal[]>; reason: unknown }> {
  let reason: unknown;
  const topics = [...new Set(events.flatMap((event) => event.topics))];
  const results = await Promise.all(
    topics.map(async (topic) => {
      const batch = events.filter((event) => event.topics.includes(topic));
      const { refused, error } = await offerToTopic(sender, topic, batch);
      reason ??= error;
      return [...refused].map(([id, refusal]) => ({ id, refusal: { ...refusal, topic } }));
    }),
  );
  const refusals = new Map<string, TopicRefusal[]>();
  for (const { id, refusal } of results.flat()) refusals.set(id, [...(refusals.get(id) ?? []), refusal]);
  return { refusals, reason };
}

/** Publishes to one topic. Without an answer the outcome is unknown, which counts as refused. */
async function offerToTopic(
  { name, dapr, tracing }: Sender,
  topic: string,
  batch: OutboxEvent[],
): Promise<{ refused: Map<string, Refusal>; error?: unknown }> {
  const spans = batch.map((event) =>
    tracing.publication(event.traceparent, {
      topic,
      eventId: event.event_id,
      workspaceId: event.partitionKey,
    }),
  );
  // A consumer's span is a child of the publication to its topic, so each topic has a traceparent of its own.
  const entries = batch.map((event, index) => {
    const traceparent = spans[index]?.trace.traceparent ?? event.traceparent;
    return {
      entryId: event.event_id,
      partitionKey: event.partitionKey,
      text: recordOf(event, { name, topic, traceparent }),
    };
  });
  const result = await dapr.publishBulk(components.pubsub, topic, entries).then(
    (refused) => ({ refused }),
    (error: unknown) => ({
      refused: new Map(entries.map(({ entryId }) => [entryId, { isTooLarge: false, detail: String(error) }])),
      error,
    }),
  );
  for (const [index, { event_id: id }] of batch.entries())
    spans[index]?.end(result.refused.has(id) ? 'refused' : 'accepted');
  return result;
}

/** The record of an event on a topic. */
export function recordOf(
  { event_id: id, type, time, body, extensions }: OutboxEvent,
  { name, topic, traceparent }: { name: string; topic: string; traceparent: string | null },
): string {
  return cloudEventText({ ...extensions, id, source: name, type, time, topic, traceparent }, body);
}
