import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import { Type, type Static } from 'typebox';
import { components } from '../contracts/topics.ts';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { CloudEvent, Processor, Verdict } from './cloud-event.ts';
import type { HttpServer } from './http-server.ts';
import { isSameSecret } from './identity.ts';
import type { Metrics } from './metrics.ts';
import type { TraceContext } from './trace-context.ts';
import type { Tracing } from './tracing.ts';

/** Gives each event to the processor of its topic, one by one; one of no such topic is dropped. */
export function processByTopic(processors: Record<string, Processor>): Processor {
  return async (events) => {
    const verdicts: Verdict[] = [];
    for (const event of events) {
      const process = processors[event.topic ?? ''];
      const [verdict = 'DROP'] = process ? await process([event]) : [];
      verdicts.push(verdict);
    }
    return verdicts;
  };
}

export type Subscription = {
  topic: string;
  process: Processor;
  /** `bulk` for throughput: the sidecar collects up to so many events, for so long. Otherwise one at a time. */
  bulk?: { max_messages: number; max_await_ms: number };
  pubsub?: string;
  dead_letter_topic?: string;
};

const bulkDelivery = Type.Object({
  entries: Type.Array(Type.Object({ entryId: Type.String(), event: Type.Unknown() })),
});
type BulkDelivery = Static<typeof bulkDelivery>;

const deliveredTypes = ['application/json', 'application/cloudevents+json'];
const maxDeliveryBytes = 16 * 1024 * 1024;

/**
 * Adds the routes by which a sidecar delivers: `GET /dapr/subscribe` and one POST for each subscription. Both check
 * the sidecar's token; a caller without it gets 401, which the sidecar takes for "again later".
 */
export function addSubscriptions(
  app: HttpServer,
  {
    subscriptions,
    appToken,
    metrics,
    tracing,
    clock,
  }: {
    subscriptions: Subscription[];
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
  const ages = new Histogram({
    name: 'rondo_delivery_age_seconds',
    help: 'From the timestamp of an event until it was delivered here, each time that it was',
    labelNames: ['topic'] as const,
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600],
    registers: [metrics],
  });
  const options = {
    bodyLimit: maxDeliveryBytes,
    // Each event of a delivery has a span of its own; the delivery as a request has none.
    config: { public: true, is_untraced: true },
    schema: { hide: true },
    onRequest: async (request: { headers: Record<string, unknown> }) => {
      if (isSameSecret(request.headers['dapr-api-token'], appToken)) return;
      throw new AppError('unauthorized', 'Only the sidecar delivers here.', { status: 401 });
    },
  };

  async function judge({ topic, process }: Subscription, events: CloudEvent[]): Promise<Verdict[]> {
    const now = clock.now().getTime();
    for (const event of events) {
      const at = timeOf(event);
      if (at <= now) ages.observe({ topic }, (now - at) / 1000);
    }
    const spans = events.map((event) => tracing.processing(topic, event));
    const verdicts = await process(events.map((event, index) => continued(event, spans[index])));
    for (const [index, verdict] of verdicts.entries()) {
      deliveries.inc({ topic, verdict });
      spans[index]?.end(verdict);
    }
    return verdicts;
  }

  app.get('/dapr/subscribe', options, () => subscriptions.map((subscription) => describe(subscription)));
  void app.register(async (deliveriesOnly) => {
    readWhateverIsJson(deliveriesOnly);
    for (const subscription of subscriptions) addDelivery(deliveriesOnly, subscription);
  });

  function addDelivery(scope: FastifyInstance, subscription: Subscription): void {
    scope.post(routeOf(subscription), options, async (request) => {
      if (!subscription.bulk) {
        const [status] = await judge(subscription, [toCloudEvent(request.body)]);
        return { status };
      }
      const { entries } = request.body as BulkDelivery;
      const verdicts = await judge(
        subscription,
        entries.map(({ event }) => toCloudEvent(event)),
      );
      return {
        statuses: entries.map(({ entryId }, index) => ({ entryId, status: verdicts[index] ?? 'RETRY' })),
      };
    });
  }
}

/** What one event holds must not fail those beside it, not even a key that other routes refuse: each is judged by itself. */
function readWhateverIsJson(scope: FastifyInstance): void {
  scope.removeContentTypeParser(deliveredTypes);
  scope.addContentTypeParser(
    deliveredTypes,
    { parseAs: 'string' },
    scope.getDefaultJsonParser('ignore', 'ignore'),
  );
}

/** What follows from an event goes on from where it is processed. */
function continued(event: CloudEvent, span: { trace: TraceContext } | undefined): CloudEvent {
  return span ? { ...event, traceparent: span.trace.traceparent } : event;
}

/** When an event happened, in milliseconds since 1970; not a number where it does not say. */
function timeOf({ data }: CloudEvent): number {
  if (typeof data !== 'object' || data === null || !('timestamp' in data)) return Number.NaN;
  return typeof data.timestamp === 'string' ? Date.parse(data.timestamp) : Number.NaN;
}

function routeOf({ topic }: Subscription): string {
  return `/events/${topic}`;
}

function describe(subscription: Subscription) {
  const { topic, bulk, pubsub, dead_letter_topic: deadLetterTopic } = subscription;
  return {
    pubsubname: pubsub ?? components.pubsub,
    topic,
    route: routeOf(subscription),
    ...(deadLetterTopic ? { deadLetterTopic } : {}),
    ...(bulk
      ? {
          bulkSubscribe: {
            enabled: true,
            maxMessagesCount: bulk.max_messages,
            maxAwaitDurationMs: bulk.max_await_ms,
          },
        }
      : {}),
  };
}

/** Whatever is no object is kept as the data of an event without an id, so that it can be dropped like any other. */
function toCloudEvent(value: unknown): CloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { data: value };
  return value;
}
