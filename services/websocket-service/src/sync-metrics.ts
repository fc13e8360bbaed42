import { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics } from '@rondo/shared/runtime/metrics';
import type { OpenSocket } from './sockets.ts';

export type SyncMetrics = {
  sent: Counter;
  resumptions: Counter<'kind'>;
  slow_readers: Counter;
  invalid_events: Counter;
  event_age: Histogram;
};

export function createSyncMetrics(registry: Metrics, sockets: () => Iterable<OpenSocket>): SyncMetrics {
  const registers = [registry];
  const open: Gauge = new Gauge({
    name: 'rondo_websocket_open',
    help: 'Open sockets that have said hello',
    registers,
    collect: () => open.set([...sockets()].length),
  });
  const unread: Gauge = new Gauge({
    name: 'rondo_websocket_unread_bytes_max',
    help: 'What waits for the slowest reader of all',
    registers,
    collect: () =>
      unread.set([...sockets()].reduce((most, { socket }) => Math.max(most, socket.bufferedAmount), 0)),
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
    event_age: new Histogram({
      name: 'rondo_websocket_event_age_seconds',
      help: 'From the timestamp of an event until it was sent to the sockets of its workspace',
      buckets: [0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60],
      registers,
    }),
  };
}
