import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { Log } from '@rondo/shared/observability/log';
import type { ServiceBase } from '@rondo/shared/service-definition';
import { createNotificationMetrics, type NotificationMetrics } from './notification-metrics.ts';
import type { Tables } from './tables.ts';

/** Told after a commit: what waits may be due at once. All of it is cheap, and harmless when nothing is. */
export type Wakes = {
  relay(): void;
  deliveries(): void;
  snoozed(): void;
  digests(): void;
};

/** What commands, queries, consumers and workers work with. */
export type NotificationContext = {
  database: Kysely<Tables>;
  wake: Wakes;
  metrics: NotificationMetrics;
  log: Log;
  clock: Clock;
  ids: Ids;
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
