import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '../observability/metrics.ts';

export type RelayMetrics = ReturnType<typeof createRelayMetrics>;

/** The metrics of a relay and its outbox. */
export function createRelayMetrics(metrics: Metrics) {
  const registers = [metrics];
  return {
    published: new Counter({
      name: 'rondo_outbox_published_total',
      help: 'Events accepted by every topic',
      registers,
    }),
    failed: new Counter({
      name: 'rondo_outbox_failed_total',
      help: 'Publish attempts of events that were refused',
      registers,
    }),
    records: new Counter({
      name: 'rondo_published_records_total',
      help: 'Events accepted by every topic, counted for each topic',
      labelNames: ['topic'] as const,
      registers,
    }),
    parked: new Counter({
      name: 'rondo_outbox_parked_total',
      help: 'Events that the broker refused for their size, kept as dead letters',
      registers,
    }),
    owner: new Gauge({
      name: 'rondo_outbox_owner',
      help: 'Whether this replica is the one that publishes',
      registers,
    }),
    waitingEvents: new Gauge({
      name: 'rondo_outbox_events',
      help: 'Events that wait to be published, as the owning relay last counted',
      registers,
    }),
    oldestAge: new Gauge({
      name: 'rondo_outbox_oldest_age_seconds',
      help: 'Age of the oldest event that waits to be published',
      registers,
    }),
  };
}
