import { Counter, Gauge } from 'prom-client';
import type { Metrics } from '@rondo/shared/runtime/metrics';

export type SyncMetrics = {
  sent: Counter;
  resumptions: Counter<'kind'>;
  slow_readers: Counter;
  invalid_events: Counter;
};

export function createSyncMetrics(registry: Metrics, countSockets: () => number): SyncMetrics {
  const registers = [registry];
  const open: Gauge = new Gauge({
    name: 'rondo_websocket_open',
    help: 'Open sockets that have said hello',
    registers,
    collect: () => open.set(countSockets()),
  });
  return {
    sent: new Counter({ name: 'rondo_websocket_sent_total', help: 'Events sent to sockets', registers }),
    resumptions: new Counter({
      name: 'rondo_websocket_hellos_total',
      help: 'Hellos by what followed: resume or resync',
      labelNames: ['kind'] as const,
      registers,
    }),
    slow_readers: new Counter({
      name: 'rondo_websocket_slow_readers_total',
      help: 'Sockets closed because they did not read',
      registers,
    }),
    invalid_events: new Counter({
      name: 'rondo_websocket_invalid_events_total',
      help: 'Delivered events that were none',
      registers,
    }),
  };
}
