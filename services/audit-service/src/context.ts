import type { Kysely } from 'kysely';
import type { Counter } from 'prom-client';
import type { Clock } from '@rondo/shared/clock';
import { createReaderSlots, type ReaderSlots } from '@rondo/shared/http/reader-slots';
import type { Log } from '@rondo/shared/observability/log';
import { counterOf } from '@rondo/shared/observability/metrics';
import type { ServiceBase } from '@rondo/shared/service-definition';
import type { AuditSettings } from './config.ts';
import { createChainGrowth, type ChainGrowth } from './domain/chain-growth.ts';
import type { CheckpointKeys } from './domain/checkpoint-keys.ts';
import { createProvenPlaces, type ProvenPlaces } from './domain/proven-places.ts';
import { readCheckpointKeys } from './secrets.ts';
import type { Tables } from './store/tables.ts';

/** What commands, queries, consumers and workers get. */
export type AuditContext = {
  /** For queries and checkpoints. The consumer gets the transaction of its delivery. */
  database: Kysely<Tables>;
  clock: Clock;
  log: Log;
  checkpoints: { keys: CheckpointKeys; growth: ChainGrowth };
  /** Verified chains: how many, by whether they are intact, and up to which place. */
  verified: { total: Counter<'result'>; places: ProvenPlaces };
  readers: ReaderSlots;
};

/** @throws AppError `secret-missing`, `secret-unreadable`, `sidecar-unavailable` */
export async function createAuditContext(
  { reads, clock, dapr, telemetry }: ServiceBase<Tables>,
  settings: AuditSettings,
): Promise<AuditContext> {
  const total = counterOf(telemetry.metrics, {
    name: 'rondo_audit_verifications_total',
    help: 'Chains that were verified, by whether they hold',
    labelNames: ['result'] as const,
  });
  // Without a first value the first broken chain would not show as an increase.
  total.inc({ result: 'broken' }, 0);
  return {
    database: reads,
    clock,
    log: telemetry.log,
    checkpoints: {
      keys: await readCheckpointKeys(dapr),
      growth: createChainGrowth(settings.CHECKPOINT_RECORDS),
    },
    verified: { total, places: createProvenPlaces() },
    readers: createReaderSlots('export or verification'),
  };
}
