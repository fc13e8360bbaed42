import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import { components } from '../contracts/topics.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { readCloudEvent, verdicts, type CloudEvent, type Processor, type Verdict } from './cloud-event.ts';
import type { ConsumerProgress } from './consumer-progress.ts';
import { signalOfClient } from '../http/closed-clients.ts';
import type { HttpServer } from '../http/http-server.ts';
import { onceClosed } from '../http/once-closed.ts';
import { isSameSecret } from '../http/token-verifier.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { TraceContext } from '../observability/trace-context.ts';
import type { Tracing } from '../observability/tracing.ts';
import { createKeyedQueue } from '../workers/keyed-queue.ts';

/** Gives each event to the processor of its topic, one by one. It drops events of other topics. */
export function processByTopic(processors: ReadonlyMap<string, Processor>): Processor {
  return async (events) => {
    const verdicts: Verdict[] = [];
    for (const event of events) {
      const process = processors.get(event.topic ?? '');
      const [verdict = 'DROP'] = process ? await process([event]) : [];
      verdicts.push(verdict);
    }
    return verdicts;
  };
}

/** The sidecar collects events until there are 50, or `maxAwaitMs` have passed, and delivers them together. */
export type BulkSettings = { maxAwaitMs: number };

/** 500 of the largest tasks, which one person can send, would take more memory than a pod or its sidecar has. */
const maxMessages = 50;

export type Subscription = {
  topic: string;
  process: Processor;
  bulk: BulkSettings;
  pubsub?: string;
  deadLetterTopic?: string;
  /** Its events say themselves which topic they were on. */
  isOfDeadLetters?: true;
};

/** A bulk delivery of raw payloads: each event is a record's value in Base64. */
type Delivery = { entries: { entryId: string; event: unknown }[] };

/** Holds 50 of the largest possible events in Base64. The sidecar would repeat a delivery that is too large forever. */
const maxDeliveryBytes = 16 * 1024 * 1024;
/** Deliveries above this are read one after the other: those of several partitions together would take too much memory. */
const largeDeliveryBytes = 2 * 1024 * 1024;
/** The events of a delivery that are processed together. */
const maxBytesAtOnce = 1024 * 1024;
/** The sidecar repeats a delivery that is refused. */
const largeTurns = { maxRunning: 1, maxWaiting: 100, maxWaitMs: 30_000 };

/**
 * Adds the routes that the sidecar calls: `GET /dapr/subscribe`, and one POST for each subscription. Both check the
 * sidecar's token. Without it the answer is 401, after which the sidecar retries.
 */
export function addSubscriptions(
  app: HttpServer,
  {
    subscriptions,
    progress,
    appToken,
    metrics,
    tracing,
    clock,
  }: {
    subscriptions: Subscription[];
    progress: ConsumerProgress;
    appToken: string;
    metrics: Metrics;
    tracing: Tracing;
    clock: Clock;
  },
): void {
  const deliveries = new Counter({
    name: 'rondo_delivered_events_total',
    help: 'Events delivered by the sidecar, by topic and verdict',
    labelNames: ['topic', 'verdict'] as const,
    registers: [metrics],
  });
  // An alert needs the series of a topic from which nothing was ever delivered.
  for (const { topic } of subscriptions)
    for (const verdict of verdicts) deliveries.inc({ topic, verdict }, 0);
  const ages = new Histogram({
    name: 'rondo_delivery_age_seconds',
    help: 'From the timestamp of an event until it was delivered here, each time that it was',
    labelNames: ['topic'] as const,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600],
    registers: [metrics],
  });
  const turns = createKeyedQueue(largeTurns);
  const options = {
    bodyLimit: maxDeliveryBytes,
    // Each event of a delivery gets a span, so the request gets none.
    config: { public: true, isUntraced: true },
    schema: { hide: true },
    onRequest: async ({ headers, method }: FastifyRequest, reply: FastifyReply) => {
      if (!isSameSecret(headers['dapr-api-token'], appToken))
        throw new AppError('unauthorized', 'Only the sidecar delivers here.', { status: 401 });
      const isSmall = Number(headers['content-length']) <= largeDeliveryBytes;
      if (method === 'POST' && !isSmall) await takeTurn(reply);
    },
  };

  /** A delivery that is large, or doesn't say how large it is, is read when the one before has its answer. */
  async function takeTurn({ raw }: FastifyReply): Promise<void> {
    onceClosed(raw, await turns.take('', () => signalOfClient(raw)));
  }

  async function judge({ topic, process }: Subscription, events: CloudEvent[]): Promise<Verdict[]> {
    const now = clock.now().getTime();
    const age = ages.labels({ topic });
    for (const event of events) {
      const at = timeOf(event);
      if (at <= now) age.observe((now - at) / 1000);
    }
    const spans = events.map((event) => tracing.processing(topic, event));
    const given = await process(events.map((event, index) => continued(event, spans[index])));
    for (const [index, span] of spans.entries()) span?.end(given[index] ?? 'RETRY');
    for (const verdict of new Set(given))
      deliveries.inc({ topic, verdict }, given.filter((one) => one === verdict).length);
    return given;
  }

  app.get('/dapr/subscribe', options, () => subscriptions.map((subscription) => describe(subscription)));
  void app.register(async (deliveriesOnly) => {
    acceptAnyJson(deliveriesOnly);
    for (const subscription of subscriptions) addDelivery(deliveriesOnly, subscription);
  });

  function addDelivery(scope: FastifyInstance, subscription: Subscription): void {
    scope.post(routeOf(subscription), options, async (request) => {
      const { entries } = request.body as Delivery;
      // What holds the whole text of the delivery must not keep it while its events are processed.
      request.body = undefined;
      const end = progress.begin(subscription.topic);
      const given: Verdict[] = [];
      try {
        for (const events of eventsOf(entries, subscription))
          given.push(...(await judge(subscription, events)));
      } catch (error) {
        end([]);
        throw error;
      }
      end(given);
      return {
        statuses: entries.map(({ entryId }, index) => ({ entryId, status: given[index] ?? 'RETRY' })),
      };
    });
  }
}

/** The events of a delivery, at most about 1 MiB at a time, so that the largest ones are not in memory together. */
function* eventsOf(entries: Delivery['entries'], { topic, isOfDeadLetters }: Subscription) {
  let events: CloudEvent[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const value = bytesOf(entry.event);
    entry.event = undefined;
    events.push(readCloudEvent(value, isOfDeadLetters ? undefined : topic));
    bytes += value.length;
    if (bytes < maxBytesAtOnce) continue;
    yield events;
    events = [];
    bytes = 0;
  }
  if (events.length > 0) yield events;
}

/** The value of a record. Without a value it is JSON's null. */
function bytesOf(event: unknown): Buffer {
  return typeof event === 'string' ? Buffer.from(event, 'base64') : Buffer.from('null');
}

/** Accepts any JSON: a key in one record's headers that other routes refuse must not fail the other events. */
function acceptAnyJson(scope: FastifyInstance): void {
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    scope.getDefaultJsonParser('ignore', 'ignore'),
  );
}

/** The event with its own span as the parent of what follows from it. */
function continued(event: CloudEvent, span: { trace: TraceContext } | undefined): CloudEvent {
  return span ? { ...event, traceparent: span.trace.traceparent } : event;
}

/** The timestamp of an event in milliseconds since 1970; NaN if it has none. */
function timeOf({ data }: CloudEvent): number {
  if (typeof data !== 'object' || data === null || !('timestamp' in data)) return Number.NaN;
  return typeof data.timestamp === 'string' ? Date.parse(data.timestamp) : Number.NaN;
}

function routeOf({ topic }: Subscription): string {
  return `/events/${topic}`;
}

/** `rawPayload`: a sidecar that parses and prints each envelope takes twice the CPU. */
function describe(subscription: Subscription) {
  const { topic, bulk, pubsub, deadLetterTopic } = subscription;
  return {
    pubsubname: pubsub ?? components.pubsub,
    topic,
    route: routeOf(subscription),
    ...(deadLetterTopic ? { deadLetterTopic } : {}),
    metadata: { rawPayload: 'true' },
    bulkSubscribe: {
      enabled: true,
      maxMessagesCount: maxMessages,
      maxAwaitDurationMs: bulk.maxAwaitMs,
    },
  };
}
