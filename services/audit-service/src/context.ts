import type { Kysely } from 'kysely';
import type { Counter } from 'prom-client';
import type { Clock } from '@rondo/shared/clock';
import { counterOf } from '@rondo/shared/observability/metrics';
import type { ServiceBase } from '@rondo/shared/service-definition';
import type { Tables } from './store/tables.ts';

/** What queries and consumers get. */
export type AuditContext = {
  /** For queries. The consumer gets the transaction of its delivery. */
  database: Kysely<Tables>;
  clock: Clock;
  /** Verified chains, by whether they are intact. */
  verifications: Counter<'result'>;
};

export function createAuditContext({ reads, clock, telemetry }: ServiceBase<Tables>): AuditContext {
  const verifications = counterOf(telemetry.metrics, {
    name: 'rondo_audit_verifications_total',
    help: 'Chains that were verified, by whether they hold',
    labelNames: ['result'] as const,
  });
  // Without a first value the first broken chain would not show as an increase.
  verifications.inc({ result: 'broken' }, 0);
  return { database: reads, clock, verifications };
}
