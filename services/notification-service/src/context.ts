import type { Kysely } from 'kysely';
import type { Clock, Ids } from '@rondo/shared/clock';
import type { Log } from '@rondo/shared/observability/log';
import type { NotificationMetrics } from './metrics.ts';
import type { Tables } from './store/tables.ts';

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
