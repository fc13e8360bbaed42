import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { Actor } from '@rondo/shared/contracts/actor';
import type { IdempotencyKey } from '@rondo/shared/http/idempotency-key';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TraceContext } from '@rondo/shared/observability/trace-context';
import type { ServiceBase } from '@rondo/shared/service-definition';
import type { Telemetry } from '@rondo/shared/observability/telemetry';
import type { Tables } from './store/tables.ts';

/** What the commands and queries of the service get. */
export type RecurringContext = {
  database: Kysely<Tables>;
  clock: Clock;
  ids: Ids;
  /** Called after a commit that may have added messages to the outbox, or a reminder that is due before all others. */
  wake: () => void;
  /** Called after a commit that fired reminders. */
  onFired: () => void;
  telemetry: Telemetry;
};

export function createRecurringContext(base: ServiceBase<Tables>): RecurringContext {
  const { database, clock, ids, telemetry, wake } = base;
  return {
    database,
    clock,
    ids,
    telemetry,
    wake() {
      wake('relay');
      wake('reminders');
      wake('wantedDates');
    },
    onFired: () => wake('relay'),
  };
}

/**
 * On whose behalf a command runs, in which trace, and under which Idempotency-Key. `turnId` groups commands that a person sees as one.
 */
export type CommandContext = {
  identity: Identity;
  trace: TraceContext;
  turnId?: string;
  key: IdempotencyKey | undefined;
};

/** On whose behalf, when, and in which trace a series or a task is decided, by a command or by an event. */
export type DecisionContext = { actor: Actor; turnId?: string; at: string; traceparent: string | null };
