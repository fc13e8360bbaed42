import { Client } from 'pg';
import { Counter, Gauge } from 'prom-client';
import { components } from '../contracts/topics.ts';
import type { Clock } from './clock.ts';
import { envelopeMetadata, type DaprClient, type OutgoingEvent } from './dapr-client.ts';
import { connectionSettings } from './database.ts';
import type { DependencyState } from './health.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Worker } from './service.ts';

/** An event that waits in an outbox. `body` is the JSON text of the CloudEvent's data. */
export type OutboxEvent = {
  id: number;
  event_id: string;
  partition_key: string;
  type: string;
  body: string;
  traceparent: string | null;
  topics: readonly string[];
};

/** A service's outbox table, as the relay sees it. All queries run on the relay's own session. */
export type Outbox = {
  /** The oldest unpublished events in commit order, without those of the `held_back` partition keys. */
  read(client: Client, limit: number, heldBack: string[]): Promise<OutboxEvent[]>;
  markPublished(client: Client, ids: number[]): Promise<void>;
  /** How many events wait, and since when the oldest one does (null when none). */
  backlog(client: Client): Promise<{ events: number; oldest: string | null }>;
};

export type RelayOptions = {
  databaseUrl: string;
  /** Names the advisory lock: one relay at a time publishes for this name, over all replicas. */
  name: string;
  outbox: Outbox;
  dapr: DaprClient;
  clock: Clock;
  log: Log;
  metrics: Metrics;
};

/** Real daprd copies a failed bulk answer into headers: larger batches could not be read back. */
const batchSize = 100;
const shortestPollMs = 25;
const longestPollMs = 250;
const ownershipPollMs = 1_000;
const shortestBackoffMs = 100;
const longestBackoffMs = 5_000;
const measureEveryMs = 1_000;

/**
 * Publishes what an outbox holds, in commit order for each partition key, at least once.
 *
 *   standing by ──lock won──▶ owning ──session lost──▶ standing by
 *   owning: read ▸ publish to each topic ▸ mark what every topic accepted ▸ read again; sleeps when nothing is left
 *
 * An event that a topic refused holds back the later ones of its partition key until it is accepted, with a capped
 * exponential backoff; the other keys go on. Woken in-process after a commit; polling finds what other replicas
 * committed. What is accepted and not yet marked when the relay dies is published again, and consumers know.
 */
export class Relay implements Worker {
  readonly #options: RelayOptions;
  readonly #published: Counter;
  readonly #failed: Counter;
  readonly #heldBack = new Map<string, { until: number; backoff_ms: number }>();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #isWoken = false;
  #backlog: { events: number; oldest: string | null } | undefined;
  #isOwner = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    const registers = [options.metrics];
    this.#published = new Counter({
      name: 'rondo_outbox_published_total',
      help: 'Events accepted by every topic',
      registers,
    });
    this.#failed = new Counter({
      name: 'rondo_outbox_failed_total',
      help: 'Publish attempts of events that were refused',
      registers,
    });
    new Gauge({
      name: 'rondo_outbox_events',
      help: 'Events that wait to be published, as the owning relay last counted',
      registers,
      collect: () => undefined,
    }).set(0);
    new Gauge({
      name: 'rondo_outbox_oldest_age_seconds',
      help: 'Age of the oldest event that waits to be published',
      registers,
    }).set(0);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the batch under way; what is left stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  /** Called after a commit that wrote to the outbox. Cheap, and harmless when this relay is not the owner. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** For `/health/ready`: a relay that lags costs no traffic, but is told. */
  async health(): Promise<DependencyState> {
    const backlog = this.#backlog;
    if (!this.#isOwner || !backlog)
      return { status: 'up', detail: this.#isOwner ? 'starting' : 'standing by' };
    const age =
      backlog.oldest === null
        ? 0
        : Math.max(0, (this.#options.clock.now().getTime() - Date.parse(backlog.oldest)) / 1000);
    const isLagging = age > 5;
    return {
      status: isLagging ? 'degraded' : 'up',
      lag_events: backlog.events,
      lag_seconds: age,
      ...(isLagging ? { detail: 'publishing lags: events are kept and will be sent' } : {}),
    };
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#own();
      } catch (error) {
        if (!this.#stopping.signal.aborted)
          this.#options.log.warn({ err: error }, 'the relay lost its session and tries again');
      }
      this.#isOwner = false;
      await this.#sleep(ownershipPollMs);
    }
  }

  /** Waits for the advisory lock on a session of its own, then publishes until the session or the relay ends. */
  async #own(): Promise<void> {
    const { databaseUrl, name, log } = this.#options;
    const client = new Client(connectionSettings(databaseUrl, `${name} relay`));
    const lost = new AbortController();
    client.on('error', () => lost.abort());
    client.on('end', () => {
      lost.abort();
      this.wake();
    });
    try {
      await client.connect();
      const lock = await client.query<{ owned: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS owned',
        [`relay ${name}`],
      );
      if (!lock.rows[0]?.owned) return;
      this.#isOwner = true;
      log.info('the relay owns the outbox');
      await this.#publishUntil(client, AbortSignal.any([lost.signal, this.#stopping.signal]));
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #publishUntil(client: Client, ended: AbortSignal): Promise<void> {
    let pollMs = shortestPollMs;
    let measuredAt = -Infinity;
    while (!ended.aborted) {
      this.#isWoken = false;
      const published = await this.#publishBatch(client);
      if (performance.now() - measuredAt > measureEveryMs) {
        measuredAt = performance.now();
        await this.#measure(client);
      }
      if (published === batchSize) continue;
      pollMs = published > 0 ? shortestPollMs : Math.min(pollMs * 2, longestPollMs);
      if (!this.#isWoken) await this.#sleep(pollMs);
    }
  }

  /** @returns how many events were read */
  async #publishBatch(client: Client): Promise<number> {
    const { outbox, log } = this.#options;
    const now = performance.now();
    const heldBack = [...this.#heldBack].filter(([, { until }]) => until > now).map(([key]) => key);
    const events = await outbox.read(client, batchSize, heldBack);
    if (events.length === 0) return 0;
    const refused = await this.#offer(events);
    const accepted = acceptedInOrder(events, refused);
    if (accepted.length > 0)
      await outbox.markPublished(
        client,
        accepted.map(({ id }) => id),
      );
    this.#published.inc(accepted.length);
    this.#failed.inc(refused.size);
    for (const { partition_key: key } of accepted) this.#heldBack.delete(key);
    if (refused.size > 0) {
      const keys = new Set(
        events.filter(({ event_id }) => refused.has(event_id)).map(({ partition_key }) => partition_key),
      );
      for (const key of keys) this.#holdBack(key);
      log.warn(
        { refused: refused.size, accepted: accepted.length, partition_keys: keys.size },
        'the broker refused events; they are kept and tried again',
      );
    }
    return events.length;
  }

  /** Offers a batch to its topics. @returns the ids of events that at least one of their topics did not accept */
  async #offer(events: OutboxEvent[]): Promise<Set<string>> {
    const { dapr, log } = this.#options;
    const topics = [...new Set(events.flatMap(({ topics }) => topics))];
    const refusals = await Promise.all(
      topics.map(async (topic) => {
        const batch = events
          .filter((event) => event.topics.includes(topic))
          .map((event) => toOutgoing(event));
        try {
          return await dapr.publishBulk(components.pubsub, topic, batch);
        } catch (error) {
          log.warn({ err: error, topic }, 'publishing failed');
          return new Set(batch.map(({ entry_id }) => entry_id));
        }
      }),
    );
    return new Set(refusals.flatMap((refused) => [...refused]));
  }

  #holdBack(key: string): void {
    const last = this.#heldBack.get(key)?.backoff_ms ?? shortestBackoffMs / 2;
    const backoff = Math.min(last * 2, longestBackoffMs);
    this.#heldBack.set(key, { until: performance.now() + backoff, backoff_ms: backoff });
  }

  async #measure(client: Client): Promise<void> {
    const { outbox, clock, metrics } = this.#options;
    this.#backlog = await outbox.backlog(client);
    const { events, oldest } = this.#backlog;
    const age = oldest === null ? 0 : Math.max(0, (clock.now().getTime() - Date.parse(oldest)) / 1000);
    (metrics.getSingleMetric('rondo_outbox_events') as Gauge).set(events);
    (metrics.getSingleMetric('rondo_outbox_oldest_age_seconds') as Gauge).set(age);
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

function toOutgoing({ event_id, body, type, partition_key, traceparent }: OutboxEvent): OutgoingEvent {
  const trace = traceparent === null ? undefined : { traceparent };
  return { entry_id: event_id, body, metadata: envelopeMetadata({ event_id, type, partition_key }, trace) };
}

/** The accepted events that no refused event of the same partition key stands before. */
function acceptedInOrder(events: OutboxEvent[], refused: Set<string>): OutboxEvent[] {
  const blocked = new Set<string>();
  return events.filter(({ event_id, partition_key }) => {
    if (refused.has(event_id)) blocked.add(partition_key);
    return !blocked.has(partition_key);
  });
}
