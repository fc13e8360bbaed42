import type { Kysely, Transaction } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { components } from '../contracts/topics.ts';
import { createValidator } from '../http/validation/validator.ts';
import { droppedEventsOf, staleEventsOf, type DropReason } from '../observability/metrics.ts';
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

/** An event that a listener gets. `extensions` are attributes of its CloudEvent, as text. */
export type HeardEvent<Event> = { event: Event; extensions: Record<string, string> };

export type ListenOptions<Context, Schema extends TSchema> = {
  topic: string;
  event: Schema;
  bulk: BulkSettings;
  process: (ctx: Context, events: HeardEvent<Static<Schema>>[]) => void;
};

/**
 * Declares a listener that gets every event at every replica, and keeps nothing. What is invalid, or comes from a service that may
 * not write to the topic, is dropped.
 */
export function listen<Context, Schema extends TSchema>({
  topic,
  event: schema,
  bulk,
  process,
}: ListenOptions<Context, Schema>): ConsumerDeclaration<undefined, Context> {
  return ({ ctx, telemetry: { log, metrics }, writersOf }) => {
    const writers = writersOf(topic);
    const validator = createValidator(schema);
    const dropped = droppedEventsOf(metrics);

    function drop({ id, source }: CloudEvent, reason: DropReason): Verdict {
      dropped.inc({ reason });
      log.error({ event_id: id, source, topic, code: reason }, 'dropped an event');
      return 'DROP';
    }

    return {
      topic,
      pubsub: components.fanout,
      bulk,
      async process(events) {
        const heard: HeardEvent<Static<Schema>>[] = [];
        const verdicts = events.map((given): Verdict => {
          const { source, data, extensions = {} } = given;
          if (source === undefined || !writers.has(source)) return drop(given, 'untrusted-source');
          if (!validator.accepts(data)) return drop(given, 'invalid-event');
          heard.push({ event: data, extensions });
          return 'SUCCESS';
        });
        if (heard.length > 0) process(ctx, heard);
        return verdicts;
      },
      isBusy: () => false,
    };
  };
}
