import type { Kysely, Transaction } from 'kysely';
import type { Static, TSchema } from 'typebox';
import { isDatabaseAway, isStatementTimeout } from '../database/database.ts';
import { identifiersIn } from '../contracts/identifiers.ts';
import { canWrite } from './can-write.ts';
import { recordDeadLetter } from './dead-letters.ts';
import { AppError } from '../errors.ts';
import type { Issue } from '../http/validation/issue.ts';
import { createValidator } from '../http/validation/validator.ts';
import { claimEvents } from './inbox.ts';
import type { Log } from '../observability/log.ts';
import { logEffects } from '../observability/log-effects.ts';
import { counterOf, droppedEventsOf, type DropReason, type Metrics } from '../observability/metrics.ts';
import type { CloudEvent, Processor, Verdict } from './cloud-event.ts';
import { createSlowEvents } from './slow-events.ts';

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
type Candidate<Event> = {
  index: number;
  id: string;
  workspaceId: string | undefined;
  event: Event;
  cloudEvent: CloudEvent;
};

/** Of the events that were decided. The others are to be retried. */
type Verdicts<Event> = Map<Candidate<Event>, Verdict>;

/**
 * Turns a handler into the processor of a subscription. Each delivery is one transaction that records the event ids
 * together with the effects; the verdicts follow after the commit. If the database is unavailable, everything is retried.
 * If the transaction fails for another reason, each event gets a transaction of its own, so that one bad event never
 * fails the others. An event that failed five times by itself is recorded as a dead letter and dropped. So is one whose own
 * statement is too slow, while the database answers and events of others succeed.
 */
export function createConsumer<Tables, Schema extends TSchema>(
  options: ConsumerOptions<Tables, Schema>,
): { process: Processor; accepts: (data: unknown) => boolean; isBusy: () => boolean } {
  type Event = Static<Schema>;
  const { database, schema, handle, log } = options;
  const validator = createValidator(options.event);
  const failures = new Map<string, number>();
  const slowEvents = createSlowEvents<Candidate<Event>>();
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
    slowEvents.forget(candidates);
    slowEvents.witnessed(processed);
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

  /** @throws if its statement timed out */
  async function applyAlone(candidate: Candidate<Event>): Promise<Verdict> {
    const { id, cloudEvent } = candidate;
    try {
      await apply([candidate]);
      failures.delete(id);
      return 'SUCCESS';
    } catch (error) {
      if (isStatementTimeout(error)) throw error;
      if (isResourceAway(error)) return 'RETRY';
      const attempts = (failures.get(id) ?? 0) + 1;
      log.warn({ ...identifiersOf(cloudEvent), attempts, err: error }, 'an event failed by itself');
      if (attempts < attemptsBeforeDrop) {
        failures.set(id, attempts);
        return 'RETRY';
      }
      failures.delete(id);
      return drop(cloudEvent, 'handler-failed', asError(error));
    }
  }

  async function judgeTimeout(candidate: Candidate<Event>, error: unknown): Promise<Verdict> {
    const { cloudEvent } = candidate;
    if (!(await canWrite(database, schema))) return 'RETRY';
    log.warn({ ...identifiersOf(cloudEvent), err: error }, 'an event is too slow by itself');
    if (!slowEvents.timedOutByItself(candidate)) return 'RETRY';
    const verdict = await drop(cloudEvent, 'handler-too-slow', asError(error));
    if (verdict === 'DROP') slowEvents.forget([candidate]);
    return verdict;
  }

  /** Each in a transaction of its own. After one that timed out the others wait for the next delivery, before it runs out of time. */
  async function applyEach(candidates: Candidate<Event>[]): Promise<Verdicts<Event>> {
    const verdicts: Verdicts<Event> = new Map();
    for (const candidate of candidates) {
      try {
        verdicts.set(candidate, await applyAlone(candidate));
      } catch (error) {
        verdicts.set(candidate, await judgeTimeout(candidate, error));
        break;
      }
    }
    return verdicts;
  }

  async function applyTogether(candidates: Candidate<Event>[]): Promise<Verdicts<Event>> {
    try {
      await apply(candidates);
      return new Map(candidates.map((candidate) => [candidate, 'SUCCESS']));
    } catch (error) {
      if (!isResourceAway(error)) return applyEach(candidates);
      log.warn({ err: error, events: candidates.length }, 'a delivery waits for the database');
      if (isStatementTimeout(error) && (await canWrite(database, schema)))
        slowEvents.timedOutTogether(candidates);
      return new Map();
    }
  }

  async function applyAll(candidates: Candidate<Event>[]): Promise<Verdicts<Event>> {
    const { together, apart } = slowEvents.divide(candidates);
    const verdicts: Verdicts<Event> = together.length > 0 ? await applyTogether(together) : new Map();
    if (verdicts.size < together.length) return verdicts;
    return new Map([...verdicts, ...(await applyEach(apart))]);
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
        else if (options.concerns?.(data) ?? true) {
          const { workspace_id: workspaceId } = identifiersIn(data);
          candidates.push({ index, id, workspaceId, event: data, cloudEvent });
        } else verdicts[index] = 'SUCCESS';
      } else verdicts[index] = await drop(cloudEvent, ...whyInvalid(data, validator.issuesOf(data)));
    }
    if (candidates.length > 0) {
      const applied = await applyAll(candidates);
      for (const candidate of candidates) verdicts[candidate.index] = applied.get(candidate) ?? 'RETRY';
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

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
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
