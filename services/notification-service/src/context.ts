import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { IdempotencyKey } from '@rondo/shared/http/idempotency-key';
import type { Log } from '@rondo/shared/observability/log';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { createNotificationMetrics, type NotificationMetrics } from './metrics.ts';
import type { Tables } from './store/tables.ts';

/** Wakes the workers after a commit that may have given them work. Cheap, and harmless if it has not. */
export type Wakes = {
  relay(): void;
  deliveries(): void;
  snoozed(): void;
  digests(): void;
};

/** What commands, queries, consumers and workers get. */
export type NotificationContext = {
  database: Kysely<Tables>;
  wake: Wakes;
  metrics: NotificationMetrics;
  log: Log;
  clock: Clock;
  ids: Ids;
};

/** The workspace that a command changes, the trace that the change belongs to (W3C Trace Context), and its Idempotency-Key. */
export type CommandContext = {
  workspaceId: string;
  traceparent: string;
  key: IdempotencyKey | undefined;
};

export function createNotificationContext(base: ServiceBase<Tables>): NotificationContext {
  const { database, clock, ids, telemetry, wake } = base;
  return {
    database,
    wake: {
      relay: () => wake('relay'),
      deliveries: () => wake('deliveries'),
      snoozed: () => wake('snoozed'),
      digests: () => wake('digests'),
    },
    metrics: createNotificationMetrics(telemetry.metrics),
    log: telemetry.log,
    clock,
    ids,
  };
}
