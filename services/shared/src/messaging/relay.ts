import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Clock } from '../clock.ts';
import type { DaprClient } from './dapr-client.ts';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { createHeldBackKeys } from './held-back-keys.ts';
import type { DependencyState } from '../http/health.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Outbox } from './outbox.ts';
import { lanes, offerInLanes, publicationSize } from './relay-lanes.ts';
import { createRelayMetrics, type RelayMetrics } from './relay-metrics.ts';
import type { Worker } from '../service.ts';
import type { Tracing } from '../observability/tracing.ts';
import { createWakeableSleep } from '../workers/wakeable-sleep.ts';

export type RelayOptions = {
  databaseUrl: string;
  /** Of the service: the source of its events, and of the advisory lock by which one of its replicas publishes at a time. */
  name: string;
  outbox: Outbox;
  dapr: DaprClient;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  tracing: Tracing;
  /** Whether requests wait for the database: then publishing, which nobody waits for, takes less of it. */
  is_pressed?: () => boolean;
};

const shortestPollMs = 25;
const longestPollMs = 250;
const ownershipPollMs = 1_000;
/** While requests wait, at most so many events are published at a time: they would wait for more to be printed. */
const pressedLimit = 100;
/** Events of so many ms go together: a round costs as much for one event as for ten. Where rounds are slow, more do. */
const shortestGatherMs = 5;
const longestGatherMs = 10;
/** Under pressure, a pause of so many times what the batch took follows each batch: a ninth of the time is left. */
const pressedPauseFactor = 8;
const longestPressedPauseMs = 200;
const shortestOutagePauseMs = 100;
const longestOutagePauseMs = 2_000;
const measureEveryMs = 1_000;

/**
 * Publishes what an outbox holds, in commit order for each partition key, at least once.
 *
 *   standing by ──lock won──▶ owning ──session lost──▶ standing by
 *   owning: read ▸ publish, a lane for each share of the partition keys, to each topic ▸ remove what every topic accepted
 *           ▸ read again; sleeps when nothing is left
 *
 * An event that a topic refused holds back the later ones of its partition key until it is accepted, with a capped
 * exponential backoff; the other keys go on. Woken in-process after a commit; polling finds what other replicas
 * committed. What is accepted and not yet removed when the relay dies is published again, and consumers know.
 */
export class Relay implements Worker {
  readonly #options: RelayOptions;
  readonly #metrics: RelayMetrics;
  readonly #heldBack = createHeldBackKeys(() => performance.now());
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  readonly #naps = createWakeableSleep();
  #backlog: { events: number; oldest: string | null } | undefined;
  #isOwner = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#metrics = createRelayMetrics(options.metrics);
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
    this.#naps.wake();
  }

  /** For `/health/ready`: a relay that lags costs no traffic, but is told. */
  async health(): Promise<DependencyState> {
    const backlog = this.#backlog;
    if (!this.#isOwner || !backlog)
      return { status: 'up', detail: this.#isOwner ? 'starting' : 'standing by' };
    const age = this.#ageOf(backlog);
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
      this.#disown();
      await this.#pause(ownershipPollMs);
    }
  }

  /** What another replica counts from now on is not told here any more. */
  #disown(): void {
    this.#isOwner = false;
    this.#backlog = undefined;
    for (const gauge of [this.#metrics.owner, this.#metrics.waiting_events, this.#metrics.oldest_age])
      gauge.set(0);
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
      this.#metrics.owner.set(1);
      log.info('the relay owns the outbox');
      await this.#publishUntil(client, AbortSignal.any([lost.signal, this.#stopping.signal]));
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #publishUntil(client: Client, ended: AbortSignal): Promise<void> {
    let pollMs = shortestPollMs;
    let outagePauseMs = 0;
    let measuredAt = -Infinity;
    while (!ended.aborted) {
      this.#naps.look();
      const began = performance.now();
      const limit = this.#options.is_pressed?.() ? pressedLimit : publicationSize * lanes;
      const { read, accepted } = await this.#publishBatch(client, {
        limit,
        is_first_failure: outagePauseMs === 0,
      });
      if (performance.now() - measuredAt > measureEveryMs) {
        measuredAt = performance.now();
        await this.#measure(client);
      }
      if (read > 0 && accepted === 0) {
        outagePauseMs = Math.min(Math.max(outagePauseMs * 2, shortestOutagePauseMs), longestOutagePauseMs);
        await this.#pause(outagePauseMs);
        continue;
      }
      if (outagePauseMs > 0 && accepted > 0) {
        outagePauseMs = 0;
        this.#options.log.info('the broker accepts events again');
      }
      const took = performance.now() - began;
      if (read > 0 && this.#options.is_pressed?.()) {
        await this.#pause(Math.min(took * pressedPauseFactor, longestPressedPauseMs));
        continue;
      }
      if (read === limit) continue;
      pollMs = read > 0 ? shortestPollMs : Math.min(pollMs * 2, longestPollMs);
      if (read > 0) await this.#pause(Math.min(Math.max(took, shortestGatherMs), longestGatherMs));
      await this.#naps.sleep(pollMs);
    }
  }

  async #publishBatch(
    client: Client,
    { limit, is_first_failure: isFirstFailure }: { limit: number; is_first_failure: boolean },
  ): Promise<{ read: number; accepted: number }> {
    const { outbox, log } = this.#options;
    const events = await outbox.read(client, limit, this.#heldBack.waiting());
    if (events.length === 0) return { read: 0, accepted: 0 };
    const { accepted, refused, reason } = await offerInLanes(this.#options, events);
    const ids = accepted.map(({ id }) => id);
    if (ids.length > 0) await outbox.remove(client, ids);
    this.#metrics.published.inc(accepted.length);
    this.#metrics.failed.inc(refused.size);
    for (const { partition_key: key } of accepted) this.#heldBack.release(key);
    const keys = new Set(
      events.filter(({ event_id }) => refused.has(event_id)).map(({ partition_key }) => partition_key),
    );
    for (const key of keys) this.#heldBack.hold(key);
    if (refused.size > 0 && isFirstFailure) {
      log.warn(
        { refused: refused.size, accepted: accepted.length, partition_keys: keys.size, err: reason },
        'events were not accepted; they are kept and tried again',
      );
    }
    return { read: events.length, accepted: accepted.length };
  }

  async #measure(client: Client): Promise<void> {
    const backlog = await this.#options.outbox.backlog(client);
    this.#backlog = backlog;
    this.#metrics.waiting_events.set(backlog.events);
    this.#metrics.oldest_age.set(this.#ageOf(backlog));
  }

  #ageOf({ oldest }: { oldest: string | null }): number {
    return oldest === null
      ? 0
      : Math.max(0, (this.#options.clock.now().getTime() - Date.parse(oldest)) / 1000);
  }

  /** A pause that only the end of the relay shortens: while the broker is away, a wake would change nothing. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
