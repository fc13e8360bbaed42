import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import { components } from '../contracts/topics.ts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { readCloudEvent, type CloudEvent, type Processor, type Verdict } from './cloud-event.ts';
import type { HttpServer } from '../http/http-server.ts';
import { isSameSecret } from '../http/identity.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { TraceContext } from '../observability/trace-context.ts';
import type { Tracing } from '../observability/tracing.ts';

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
  /** The sidecar collects up to so many events, for so long. */
  bulk: { max_messages: number; max_await_ms: number };
  pubsub?: string;
  dead_letter_topic?: string;
};

/** A bulk delivery of raw payloads: each event is a record's value in Base64. */
type Delivery = { entries: { entryId: string; event: string }[] };

/** 500 of the largest events that there can be, in Base64: one that is refused for its size would come again for ever. */
const maxDeliveryBytes = 128 * 1024 * 1024;

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
    const age = ages.labels({ topic });
    for (const event of events) {
      const at = timeOf(event);
      if (at <= now) age.observe((now - at) / 1000);
    }
    const spans = events.map((event) => tracing.processing(topic, event));
    const verdicts = await process(events.map((event, index) => continued(event, spans[index])));
    for (const [index, span] of spans.entries()) span?.end(verdicts[index] ?? 'RETRY');
    for (const verdict of new Set(verdicts))
      deliveries.inc({ topic, verdict }, verdicts.filter((given) => given === verdict).length);
    return verdicts;
  }

  app.get('/dapr/subscribe', options, () => subscriptions.map((subscription) => describe(subscription)));
  void app.register(async (deliveriesOnly) => {
    readWhateverIsJson(deliveriesOnly);
    for (const subscription of subscriptions) addDelivery(deliveriesOnly, subscription);
  });

  function addDelivery(scope: FastifyInstance, subscription: Subscription): void {
    scope.post(routeOf(subscription), options, async (request) => {
      const { entries } = request.body as Delivery;
      const events = entries.map(({ event }) => readCloudEvent(Buffer.from(event, 'base64').toString()));
      const verdicts = await judge(subscription, events);
      return {
        statuses: entries.map(({ entryId }, index) => ({ entryId, status: verdicts[index] ?? 'RETRY' })),
      };
    });
  }
}

/** What one record's headers hold must not fail the events beside it, not even a key that other routes refuse. */
function readWhateverIsJson(scope: FastifyInstance): void {
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser(
    'application/json',
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

/** Records as they are: a sidecar that reads and writes each envelope on the way takes twice the CPU. */
function describe(subscription: Subscription) {
  const { topic, bulk, pubsub, dead_letter_topic: deadLetterTopic } = subscription;
  return {
    pubsubname: pubsub ?? components.pubsub,
    topic,
    route: routeOf(subscription),
    ...(deadLetterTopic ? { deadLetterTopic } : {}),
    metadata: { rawPayload: 'true' },
    bulkSubscribe: {
      enabled: true,
      maxMessagesCount: bulk.max_messages,
      maxAwaitDurationMs: bulk.max_await_ms,
    },
  };
}
