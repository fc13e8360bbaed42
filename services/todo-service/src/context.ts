import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { IdempotencyKey } from '@rondo/shared/http/idempotency-key';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { Log } from '@rondo/shared/observability/log';
import type { Metrics } from '@rondo/shared/observability/metrics';
import type { TraceContext } from '@rondo/shared/observability/trace-context';
import type { ServiceBase } from '@rondo/shared/service-definition';
import type { ExpectedState } from './domain/entity-tag.ts';
import type { ZonesOfPerson } from './domain/floating.ts';
import { RememberedHistory } from './store/history-id.ts';
import { PersonZones } from './store/people.ts';
import type { Tables } from './store/tables.ts';
import { WriteQueue } from './store/write-queue.ts';

/** What commands, queries and workers use. */
export type TodoContext = {
  database: Kysely<Tables>;
  /** The pool of the queries of requests. */
  reads: Kysely<Tables>;
  writes: WriteQueue;
  log: Log;
  clock: Clock;
  ids: Ids;
};

/** What the service is built of. */
export type ServiceContext = {
  todo: TodoContext;
  zones: PersonZones;
  history: RememberedHistory;
  metrics: Metrics;
};

export function createServiceContext(base: ServiceBase<Tables>): ServiceContext {
  const { database, reads, clock, ids, telemetry, wake } = base;
  const writes = new WriteQueue(database, () => wake('relay'));
  const todo = { database, reads, writes, log: telemetry.log, clock, ids };
  return {
    todo,
    zones: new PersonZones(reads),
    history: new RememberedHistory(reads),
    metrics: telemetry.metrics,
  };
}

/** On whose behalf a command runs, and its preconditions. It comes from a request, a `task-commands` event or a worker. */
export type CommandContext = {
  identity: Pick<Identity, 'personId' | 'workspaceId' | 'source' | 'agent'> & ZonesOfPerson;
  trace: TraceContext;
  /** Groups commands that a person sees as one. */
  turnId?: string;
  /** The client expects the task to be in one of these states: `If-Match`, or `version` and `history_id` in the body. */
  expected?: ExpectedState[];
  /** Present if the request has an Idempotency-Key. */
  idempotency?: IdempotencyKey;
};
