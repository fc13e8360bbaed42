import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { Actor } from '@rondo/shared/contracts/actor';
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
    },
    onFired: () => wake('relay'),
  };
}

/** On whose behalf, when, and in which trace something is decided. */
export type CommandContext = { actor: Actor; at: string; traceparent: string | null };
