import type { Kysely, Transaction } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { components } from '../contracts/topics.ts';
import { droppedEventsOf, staleEventsOf } from '../observability/metrics.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { CloudEvent, Processor, Verdict } from './cloud-event.ts';
import { createConsumer, type ConsumerOptions, type HandlingContext } from './consumer.ts';
import type { BulkSettings } from './subscriptions.ts';

/** A service's database, and its schema there. */
export type OwnDatabase<Tables> = { url: string; schema: string; handle: Kysely<Tables> };

/** What consumes a topic, built. */
export type Consumer = {
  topic: string;
  pubsub: string;
  bulk: BulkSettings;
  process: Processor;
  /** Whether the data of an event has the shape that it processes. Absent if it keeps no dead letters. */
  accepts?: (data: unknown) => boolean;
  /** Whether a delivery is being processed. */
  isBusy: () => boolean;
};

/** Builds a consumer once its service's context is there. */
export type ConsumerDeclaration<Tables, Context> = (service: {
  ctx: Context;
  database: OwnDatabase<Tables> | undefined;
  telemetry: Telemetry;
  wake: (worker: string) => void;
  /** The services that may write to a topic. */
  writersOf: (topic: string) => ReadonlySet<string>;
}) => Consumer;

export type Handled = {
  /** How many events came behind a later one, or again, and changed nothing. */
  stale?: number;
  afterCommit?: () => void;
};

export type ConsumeOptions<Tables, Context, Schema extends TSchema> = Pick<
  ConsumerOptions<Tables, Schema>,
  'event' | 'concerns' | 'knownBy'
> & {
  topic: string;
  bulk: BulkSettings;
  /** Applies new events, in the given transaction: all of them, or it throws. */
  handle: (
    ctx: Context,
    events: Static<Schema>[],
    trx: Transaction<Tables>,
    handling: HandlingContext,
  ) => Promise<Handled | void>;
  /** Whether `handle` counts stale events. */
  countsStale?: true;
  /** The workers to wake after each commit. */
  wakes?: string[];
};

/** Declares a consumer whose replicas share a topic: each event's effects happen once. */
export function consume<Tables, Context, Schema extends TSchema>(
  options: ConsumeOptions<Tables, Context, Schema>,
): ConsumerDeclaration<Tables, Context> {
  const { topic, bulk, handle, wakes = [] } = options;
  return ({ ctx, database, telemetry: { log, metrics }, wake, writersOf }) => {
    if (!database) throw new Error(`A consumer of ${topic} needs a schema for its inbox.`);
    const staleEvents = options.countsStale && staleEventsOf(metrics);
    const consumer = createConsumer<Tables, Schema>({
      ...options,
      database: database.handle,
      schema: database.schema,
      writers: writersOf(topic),
      log,
      metrics,
      async handle(events, trx, handling) {
        const handled = await handle(ctx, events, trx, handling);
        return () => {
          staleEvents?.inc(handled?.stale ?? 0);
          handled?.afterCommit?.();
          for (const worker of wakes) wake(worker);
        };
      },
    });
    return { topic, pubsub: components.pubsub, bulk, ...consumer };
  };
}

/** Declares a listener that gets every event at every replica, and keeps nothing. */
export function listen<Context>({
  topic,
  bulk,
  process,
}: {
  topic: string;
  bulk: BulkSettings;
  process: (ctx: Context, events: CloudEvent[]) => Verdict[];
}): ConsumerDeclaration<undefined, Context> {
  return ({ ctx, telemetry: { log, metrics }, writersOf }) => {
    const writers = writersOf(topic);
    const dropped = droppedEventsOf(metrics);
    return {
      topic,
      pubsub: components.fanout,
      bulk,
      async process(events) {
        const isTrusted = ({ source }: CloudEvent) => source !== undefined && writers.has(source);
        const verdicts = process(ctx, events.filter(isTrusted)).values();
        return events.map((event) => {
          if (isTrusted(event)) return verdicts.next().value ?? 'RETRY';
          dropped.inc({ reason: 'untrusted-source' });
          log.error(
            { event_id: event.id, source: event.source, topic },
            'dropped an event of an untrusted source',
          );
          return 'DROP';
        });
      },
      isBusy: () => false,
    };
  };
}
