import type { Kysely, Transaction } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { isDatabaseAway } from '../database/database.ts';
import { identifiersIn } from '../contracts/identifiers.ts';
import { recordDeadLetter } from './dead-letters.ts';
import { AppError } from '../errors.ts';
import type { Issue } from '../http/validation/issue.ts';
import { createValidator } from '../http/validation/validator.ts';
import { claimEvents } from './inbox.ts';
import type { Log } from '../observability/log.ts';
import { logEffects } from '../observability/log-effects.ts';
import { counterOf, droppedEventsOf, type DropReason, type Metrics } from '../observability/metrics.ts';
import type { CloudEvent, Processor, Verdict } from './cloud-event.ts';

export type HandlingContext = {
  /** Of each event, in the order of the events. */
  traceparents: (string | undefined)[];
  /** Counts events as duplicates. */
  passOver: (count: number) => void;
};

export type ConsumerOptions<Tables, Schema extends TSchema> = {
  database: Kysely<Tables>;
  /** The service's schema, which holds its `inbox` and `dead_letters`. */
  schema: string;
  event: Schema;
  /** The services that may publish these events: the `source` of each must be one of them. */
  writers: ReadonlySet<string>;
  /** Whether an event can ever matter to this service. One that can't succeeds without a transaction. */
  concerns?: (event: Static<Schema>) => boolean;
  /**
   * What recognises duplicates. The default is the service's inbox. `effect`: a repeated or an older event changes nothing in the
   * rows that `handle` writes, because of a key that they have for longer than the broker keeps events. `handle` counts
   * duplicates, and logs its effects.
   */
  knownBy?: 'inbox' | 'effect';
  /**
   * Applies new events in the given transaction: all of them, or it throws.
   * @returns what to do after the commit, if anything
   */
  handle: (
    events: Static<Schema>[],
    trx: Transaction<Tables>,
    context: HandlingContext,
  ) => Promise<(() => void) | void>;
  log: Log;
  metrics: Metrics;
};

/** How often a single event may fail before it is dropped. */
const attemptsBeforeDrop = 5;

/** `id`: the event's own id, or that of its CloudEvent if its data has none. */
type Candidate<Event> = { index: number; id: string; event: Event; cloudEvent: CloudEvent };

/**
 * Turns a handler into the processor of a subscription. Each delivery is one transaction that records the event ids
 * together with the effects; the verdicts follow after the commit. If the database is unavailable, everything is retried.
 * If the transaction fails for another reason, each event gets a transaction of its own, so that one bad event never
 * fails the others. An event that failed five times by itself is recorded as a dead letter and dropped.
 */
export function createConsumer<Tables, Schema extends TSchema>(
  options: ConsumerOptions<Tables, Schema>,
): { process: Processor; accepts: (data: unknown) => boolean; isBusy: () => boolean } {
  type Event = Static<Schema>;
  const { database, schema, handle, log } = options;
  const validator = createValidator(options.event);
  const failures = new Map<string, number>();
  const duplicates = counterOf(options.metrics, {
    name: 'rondo_duplicate_events_total',
    help: 'Delivered events that had been handled before',
  });
  const dropped = droppedEventsOf(options.metrics);

  async function apply(candidates: Candidate<Event>[]): Promise<void> {
    let processed: Candidate<Event>[] = [];
    const afterCommit = await database.transaction().execute(async (trx) => {
      const eventIds = candidates.map(({ id }) => id);
      const fresh =
        options.knownBy === 'effect' ? new Set(eventIds) : await claimEvents(trx, schema, eventIds);
      const firsts = candidates.filter(({ id }) => fresh.delete(id));
      duplicates.inc(candidates.length - firsts.length);
      if (firsts.length === 0) return undefined;
      processed = firsts;
      const traceparents = firsts.map(({ cloudEvent }) => cloudEvent.traceparent);
      return handle(
        firsts.map(({ event }) => event),
        trx,
        { traceparents, passOver: (count) => duplicates.inc(count) },
      );
    });
    afterCommit?.();
    // With `effect`, only `handle` knows which events had one.
    if (options.knownBy !== 'effect' && processed.length > 0)
      logEffects(
        log,
        'event processed',
        processed.map(({ cloudEvent }) => identifiersOf(cloudEvent)),
        { topic: processed[0]?.cloudEvent.topic },
      );
  }

  async function drop(cloudEvent: CloudEvent, code: DropReason, error: Error): Promise<Verdict> {
    try {
      await recordDeadLetter(database, schema, {
        cloudEvent,
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
    const { id, cloudEvent } = candidate;
    try {
      await apply([candidate]);
      failures.delete(id);
      return 'SUCCESS';
    } catch (error) {
      if (isResourceAway(error)) return 'RETRY';
      const attempts = (failures.get(id) ?? 0) + 1;
      log.warn({ ...identifiersOf(cloudEvent), attempts, err: error }, 'an event failed by itself');
      if (attempts < attemptsBeforeDrop) {
        failures.set(id, attempts);
        return 'RETRY';
      }
      failures.delete(id);
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

  async function decide(cloudEvents: CloudEvent[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = cloudEvents.map(() => 'DROP');
    const candidates: Candidate<Event>[] = [];
    for (const [index, cloudEvent] of cloudEvents.entries()) {
      const { data, source, isUnreadable } = cloudEvent;
      if (isUnreadable) verdicts[index] = await drop(cloudEvent, 'invalid-event', unreadable());
      else if (source === undefined || !options.writers.has(source))
        verdicts[index] = await drop(cloudEvent, 'untrusted-source', untrusted(source));
      else if (validator.accepts(data)) {
        const id = idOf(cloudEvent);
        if (id === undefined) verdicts[index] = await drop(cloudEvent, 'invalid-event', withoutId());
        else if (options.concerns?.(data) ?? true) candidates.push({ index, id, event: data, cloudEvent });
        else verdicts[index] = 'SUCCESS';
      } else verdicts[index] = await drop(cloudEvent, ...whyInvalid(data, validator.issuesOf(data)));
    }
    if (candidates.length > 0) {
      const applied = await applyAll(candidates);
      for (const [position, { index }] of candidates.entries())
        verdicts[index] = applied[position] ?? 'RETRY';
    }
    return verdicts;
  }

  let underWay = 0;

  async function process(cloudEvents: CloudEvent[]): Promise<Verdict[]> {
    underWay += 1;
    try {
      return await decide(cloudEvents);
    } finally {
      // A delivery that throws must not leave the consumer busy, which slows the relay.
      underWay -= 1;
    }
  }

  return { process, accepts: (data) => validator.accepts(data), isBusy: () => underWay > 0 };
}

function isResourceAway(error: unknown): boolean {
  return isDatabaseAway(error) || (error instanceof AppError && error.retryable);
}

function unreadable(): AppError {
  return new AppError('invalid-event', 'the record is not a CloudEvent in JSON');
}

function idOf({ id, data }: CloudEvent): string | undefined {
  const { event_id: own } = data as { event_id?: string };
  return own ?? id;
}

function withoutId(): AppError {
  return new AppError('invalid-event', 'the event has no id');
}

function untrusted(source: string | undefined): AppError {
  return new AppError(
    'untrusted-source',
    `${source ?? 'an event without a source'} may not write to this topic`,
  );
}

/** The code in the reason of a dead letter whose event has a version that the consumer didn't know. */
export const unknownVersion = 'unknown-schema-version' satisfies DropReason;

/** Distinguishes an unknown `schema_version` from a malformed event. */
function whyInvalid(data: unknown, errors: Issue[]): [code: DropReason, error: Error] {
  const version =
    typeof data === 'object' && data !== null && 'schema_version' in data ? data.schema_version : undefined;
  if (errors.some(({ instancePath }) => instancePath === '/schema_version') && typeof version === 'string') {
    return [unknownVersion, new AppError(unknownVersion, `schema_version ${version} is not known here`)];
  }
  const reasons = errors
    .slice(0, 5)
    .map(
      ({ instancePath, keyword, message = `breaks ${keyword}` }) =>
        `${instancePath || 'the event'} ${message}`,
    );
  return ['invalid-event', new AppError('invalid-event', reasons.join('; '))];
}

const identifiersOf = ({ id, data }: CloudEvent) => ({ event_id: id, ...identifiersIn(data) });
