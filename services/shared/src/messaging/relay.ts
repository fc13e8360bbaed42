import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Clock } from '../clock.ts';
import type { DaprClient } from './dapr-client.ts';
import { connectionSettings } from '@rondo/postgres/open-pool';
import { createBacklogPace, unlimitedPace, type BacklogPace } from './backlog-pace.ts';
import { createKeyWindows } from './key-windows.ts';
import type { DependencyState } from '../http/health.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Outbox, OutboxEvent } from './outbox.ts';
import { createOutboxTurns, type OutboxTurns } from './outbox-turns.ts';
import { parkEvent } from './parked-events.ts';
import { offerInLanes, type OversizedEvent } from './relay-lanes.ts';
import { createRelayMetrics, type RelayMetrics } from './relay-metrics.ts';
import { relayPace } from './relay-pace.ts';
import type { Worker } from '../workers/worker.ts';
import type { Tracing } from '../observability/tracing.ts';
import { createWakeableSleep } from '../workers/wakeable-sleep.ts';

export type RelayOptions = {
  databaseUrl: string;
  /** The service's name: the source of its events, and the name of the advisory lock that lets one replica publish. */
  name: string;
  outbox: Outbox;
  /** The service's schema, whose `dead_letters` get what no broker accepts. */
  schema: string;
  dapr: DaprClient;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  tracing: Tracing;
  /** How much people wait for the database, from 0 to 1. Publishing, which nobody waits for, then takes less of it. */
  pressure?: () => number;
  /** How many events a second backlogs of single keys share while others publish too (backlog-pace.ts); any number if absent. */
  backlogPerSecond?: number | undefined;
};

const shortestPollMs = 25;
const longestPollMs = 250;
const ownershipPollMs = 1_000;
/** How long the relay gathers events after a batch: a round costs as much for one event as for ten. */
const shortestGatherMs = 5;
const longestGatherMs = 10;
const shortestOutagePauseMs = 100;
const longestOutagePauseMs = 2_000;
const measureEveryMs = 1_000;

/**
 * Publishes what an outbox holds, in commit order for each partition key, at least once.
 *
 *   standing by ──lock won──▶ owning ──session lost──▶ standing by
 *   owning: read ▸ publish to each topic, in lanes that share no partition key ▸ remove what every topic accepted
 *           ▸ read again, or sleep if nothing is left
 *
 * If a topic refuses an event, later events with the same partition key wait until it is accepted, with a capped
 * exponential backoff; other keys go on. Then the key goes on carefully (key-windows.ts), because a sidecar may deliver
 * the later events of a publication of which it refuses the earlier ones. An event that is refused for its size even
 * by itself is parked as a dead letter, and its key goes on. A commit in this process wakes the relay; polling finds what other replicas
 * committed. Events that were accepted and not yet removed when the relay dies are published again: consumers
 * recognise duplicates.
 */
export class Relay implements Worker {
  readonly #options: RelayOptions;
  readonly #metrics: RelayMetrics;
  readonly #windows = createKeyWindows(() => performance.now());
  readonly #pace: BacklogPace;
  readonly #turns: OutboxTurns;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  readonly #naps = createWakeableSleep();
  #backlog: { events: number; oldest: string | null } | undefined;
  #isOwner = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { backlogPerSecond } = options;
    this.#pace =
      backlogPerSecond === undefined
        ? unlimitedPace
        : createBacklogPace(backlogPerSecond, () => performance.now());
    this.#turns = createOutboxTurns(options.outbox);
    this.#metrics = createRelayMetrics(options.metrics);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after the batch under way. The rest stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  /** To call after a commit that wrote to the outbox. Cheap, and harmless if this relay is not the owner. */
  wake(): void {
    this.#naps.wake();
  }

  /** For `/health/ready`: a relay that lags is reported, and the service stays ready. */
  async health(): Promise<DependencyState> {
    const backlog = this.#backlog;
    if (!this.#isOwner || !backlog)
      return { status: 'up', detail: this.#isOwner ? 'starting' : 'standing by' };
    const age = this.#ageOf(backlog.oldest);
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

  /** From now on another replica counts the backlog. */
  #disown(): void {
    this.#isOwner = false;
    this.#backlog = undefined;
    for (const gauge of [this.#metrics.owner, this.#metrics.waitingEvents, this.#metrics.oldestAge])
      gauge.set(0);
  }

  /** Takes the advisory lock on a session of its own, then publishes until the session or the relay ends. */
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
    let ageMs = 0;
    while (!ended.aborted) {
      this.#naps.look();
      const began = performance.now();
      const { limit, pauseMs } = relayPace({ pressure: this.#options.pressure?.() ?? 0, ageMs });
      const { read, isFull, accepted, oldest } = await this.#publishBatch(client, {
        limit,
        isFirstFailure: outagePauseMs === 0,
      });
      ageMs = this.#ageOf(oldest) * 1000;
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
      const gatherMs = isFull ? 0 : Math.min(Math.max(took, shortestGatherMs), longestGatherMs);
      const yieldedMs = Math.max(pauseMs(took), gatherMs);
      if (read > 0 && yieldedMs > 0) await this.#pause(yieldedMs);
      if (isFull) continue;
      pollMs = read > 0 ? shortestPollMs : Math.min(pollMs * 2, longestPollMs);
      await this.#naps.sleep(Math.min(pollMs, this.#pace.msToNext()));
    }
  }

  async #publishBatch(
    client: Client,
    { limit, isFirstFailure }: { limit: number; isFirstFailure: boolean },
  ): Promise<{ read: number; isFull: boolean; accepted: number; oldest: string | null }> {
    const { outbox } = this.#options;
    const paced = this.#pace.heldBack();
    const heldBack = [...this.#windows.waiting(), ...paced];
    const waiting = await this.#turns.next(client, { limit, heldBack, isByKey: paced.length > 0 });
    const { oldest } = waiting;
    const isFull = waiting.events.length >= limit;
    const events = this.#pace.take(waiting.events);
    if (events.length === 0) return { read: 0, isFull, accepted: 0, oldest };
    const sender = { ...this.#options, windows: this.#windows };
    const { accepted, refused, oversized, reason } = await offerInLanes(sender, events);
    const ids = accepted.map(({ id }) => id);
    if (ids.length > 0) await outbox.remove(client, ids);
    for (const event of oversized) await this.#park(client, event);
    this.#metrics.published.inc(accepted.length);
    this.#countRecords(accepted);
    this.#metrics.failed.inc(refused.size);
    if (refused.size > 0 && isFirstFailure)
      this.#logRefusal(events, { refused, accepted: ids.length, reason });
    return { read: events.length, isFull, accepted: accepted.length + oversized.length, oldest };
  }

  #countRecords(events: OutboxEvent[]): void {
    const counts = new Map<string, number>();
    for (const { topics } of events)
      for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    for (const [topic, count] of counts) this.#metrics.records.inc({ topic }, count);
  }

  async #park(client: Client, { event, refusals }: OversizedEvent): Promise<void> {
    const { outbox, schema, name, log } = this.#options;
    await parkEvent(client, { outbox, schema, name }, { event, refusals });
    this.#metrics.parked.inc();
    const { event_id, partitionKey: partition_key } = event;
    const topics = refusals.map(({ topic }) => topic);
    log.error(
      { event_id, partition_key, topics },
      'an event is too large for the broker; it is a dead letter',
    );
  }

  #logRefusal(
    events: OutboxEvent[],
    { refused, accepted, reason }: { refused: ReadonlySet<string>; accepted: number; reason: unknown },
  ): void {
    const keys = new Set(
      events.filter(({ event_id: id }) => refused.has(id)).map(({ partitionKey }) => partitionKey),
    );
    this.#options.log.warn(
      { refused: refused.size, accepted, partition_keys: keys.size, err: reason },
      'events were not accepted; they are kept and tried again',
    );
  }

  async #measure(client: Client): Promise<void> {
    const backlog = await this.#options.outbox.backlog(client);
    this.#backlog = backlog;
    this.#metrics.waitingEvents.set(backlog.events);
    this.#metrics.oldestAge.set(this.#ageOf(backlog.oldest));
  }

  /** In seconds. */
  #ageOf(oldest: string | null): number {
    return oldest === null
      ? 0
      : Math.max(0, (this.#options.clock.now().getTime() - Date.parse(oldest)) / 1000);
  }

  /** A pause that only `stop` shortens: while the broker is unavailable, a wake would change nothing. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
