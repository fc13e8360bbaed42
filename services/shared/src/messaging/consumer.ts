import type { Kysely, Transaction } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isDatabaseAway } from '../database/database.ts';
import { recordDeadLetter } from './dead-letters.ts';
import { AppError } from '../errors.ts';
import { claimEvents } from './inbox.ts';
import type { Log } from '../observability/log.ts';
import { counterOf, type Metrics } from '../observability/metrics.ts';
import type { CloudEvent, Processor, Verdict } from './cloud-event.ts';

/** Events that every consumer can read: they name themselves and the version of their shape. */
type IdentifiedEvent = { event_id: string; schema_version: string; task_id?: string; workspace_id: string };

export type HandlingContext = {
  /** Of each event, in their order. */
  traceparents: (string | undefined)[];
  passOver: (count: number) => void;
};

export type ConsumerOptions<Tables, Schema extends TSchema> = {
  database: Kysely<Tables>;
  /** The service's schema, which holds its `inbox` and `dead_letters`. */
  schema: string;
  event: Schema;
  /** Whether an event can matter here, now or after any later one: one that can not is done without a transaction. */
  concerns?: (event: Static<Schema>) => boolean;
  /**
   * What knows an event again: the service's inbox, unless `effect` says that what `handle` writes has the event's id as its
   * unique key, and keeps it for longer than the broker keeps events.
   */
  known_by?: 'inbox' | 'effect';
  /**
   * Applies events that were never applied before, in the given transaction: all of them, or it throws. Those that are known
   * by their effect it passes over, and says how many they were.
   * @returns what is to be done once that is committed, where anything is
   */
  handle: (
    events: Static<Schema>[],
    trx: Transaction<Tables>,
    context: HandlingContext,
  ) => Promise<(() => void) | void>;
  log: Log;
  metrics: Metrics;
};

const dropReasons = ['invalid-event', 'unknown-schema-version', 'handler-failed'] as const;
/** So often one event is tried alone before it is dropped. */
const attemptsBeforeDrop = 5;

type Candidate<Event> = { index: number; event: Event; cloud_event: CloudEvent };

/**
 * Turns a handler into the processor of a subscription: each delivery is one transaction that records the event ids
 * together with the effects; verdicts are given after the commit. When the transaction fails because the database is
 * away, everything is retried. When it fails for another reason, each event gets a transaction of its own, so that
 * one bad event never fails its neighbours; after five failures alone it is recorded as a dead letter and dropped.
 */
export function createConsumer<Tables, Schema extends TSchema>(
  options: ConsumerOptions<Tables, Schema>,
): Processor {
  type Event = Static<Schema> & IdentifiedEvent;
  const { database, schema, handle, log } = options;
  const check = Compile(options.event);
  const failures = new Map<string, number>();
  const duplicates = counterOf(options.metrics, {
    name: 'rondo_duplicate_events_total',
    help: 'Delivered events that had been handled before',
  });
  const dropped = counterOf(options.metrics, {
    name: 'rondo_dropped_events_total',
    help: 'Events given up and kept as dead letters, by reason',
    labelNames: ['reason'] as const,
  });
  // A counter that begins with its first increase hides it from whoever watches increases.
  for (const reason of dropReasons) dropped.inc({ reason }, 0);

  async function apply(candidates: Candidate<Event>[]): Promise<void> {
    const afterCommit = await database.transaction().execute(async (trx) => {
      const eventIds = candidates.map(({ event }) => event.event_id);
      const fresh =
        options.known_by === 'effect' ? new Set(eventIds) : await claimEvents(trx, schema, eventIds);
      const firsts = candidates.filter(({ event }) => fresh.delete(event.event_id));
      duplicates.inc(candidates.length - firsts.length);
      if (firsts.length === 0) return undefined;
      const traceparents = firsts.map(({ cloud_event }) => cloud_event.traceparent);
      return handle(
        firsts.map(({ event }) => event),
        trx,
        { traceparents, passOver: (count) => duplicates.inc(count) },
      );
    });
    afterCommit?.();
  }

  async function drop(cloudEvent: CloudEvent, code: string, error: Error): Promise<Verdict> {
    try {
      await recordDeadLetter(database, schema, {
        cloud_event: cloudEvent,
        reason: `${code}: ${error.message}`,
        stack: error.stack ?? null,
      });
    } catch (cause) {
      log.warn({ err: cause }, 'a dead letter could not be recorded yet');
      return 'RETRY';
    }
    dropped.inc({ reason: code });
    log.error({ ...identifiersOf(cloudEvent), code, err: error }, 'event dropped to the dead letters');
    return 'DROP';
  }

  async function applyAlone(candidate: Candidate<Event>): Promise<Verdict> {
    const { event, cloud_event: cloudEvent } = candidate;
    try {
      await apply([candidate]);
      failures.delete(event.event_id);
      return 'SUCCESS';
    } catch (error) {
      if (isResourceAway(error)) return 'RETRY';
      const attempts = (failures.get(event.event_id) ?? 0) + 1;
      log.warn({ ...identifiersOf(cloudEvent), attempts, err: error }, 'an event failed alone');
      if (attempts < attemptsBeforeDrop) {
        failures.set(event.event_id, attempts);
        return 'RETRY';
      }
      failures.delete(event.event_id);
      return drop(cloudEvent, 'handler-failed', error instanceof Error ? error : new Error(String(error)));
    }
  }

  async function applyAll(candidates: Candidate<Event>[]): Promise<Verdict[]> {
    try {
      await apply(candidates);
      return candidates.map(() => 'SUCCESS');
    } catch (error) {
      if (isResourceAway(error)) {
        log.warn({ err: error, events: candidates.length }, 'a delivery waits for the database');
        return candidates.map(() => 'RETRY');
      }
    }
    const verdicts: Verdict[] = [];
    for (const candidate of candidates) verdicts.push(await applyAlone(candidate));
    return verdicts;
  }

  return async function process(cloudEvents) {
    const verdicts: Verdict[] = cloudEvents.map(() => 'DROP');
    const candidates: Candidate<Event>[] = [];
    for (const [index, cloudEvent] of cloudEvents.entries()) {
      const { data } = cloudEvent;
      if (check.Check(data)) {
        if (options.concerns?.(data) ?? true)
          candidates.push({ index, event: data, cloud_event: cloudEvent });
        else verdicts[index] = 'SUCCESS';
      } else verdicts[index] = await drop(cloudEvent, ...whyUnreadable(data, check.Errors(data)));
    }
    if (candidates.length > 0) {
      const applied = await applyAll(candidates);
      for (const [position, { index }] of candidates.entries())
        verdicts[index] = applied[position] ?? 'RETRY';
    }
    return verdicts;
  };
}

function isResourceAway(error: unknown): boolean {
  return isDatabaseAway(error) || (error instanceof AppError && error.retryable);
}

/** Only the version that the schema names is known; every other one is told apart from a malformed event. */
function whyUnreadable(
  data: unknown,
  errors: { instancePath: string; message: string }[],
): [code: string, error: Error] {
  const version =
    typeof data === 'object' && data !== null && 'schema_version' in data ? data.schema_version : undefined;
  if (errors.some(({ instancePath }) => instancePath === '/schema_version') && typeof version === 'string') {
    return [
      'unknown-schema-version',
      new AppError('unknown-schema-version', `schema_version ${version} is not known here`),
    ];
  }
  const reasons = errors
    .slice(0, 5)
    .map(({ instancePath, message }) => `${instancePath || 'the event'} ${message}`);
  return ['invalid-event', new AppError('invalid-event', reasons.join('; '))];
}

function identifiersOf({ id, data }: CloudEvent): {
  event_id?: unknown;
  task_id?: unknown;
  workspace_id?: unknown;
} {
  if (typeof data !== 'object' || data === null) return { event_id: id };
  const { task_id, workspace_id } = data as Partial<IdentifiedEvent>;
  return { event_id: id, task_id, workspace_id };
}
