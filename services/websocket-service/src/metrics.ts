import { Counter, Gauge, Histogram } from 'prom-client';
import { staleEventsOf, type Metrics } from '@rondo/shared/observability/metrics';
import type { OpenSocket } from './transports/sockets.ts';
import type { WorkspaceBuffers } from './domain/workspace-buffer.ts';

export type SyncMetrics = {
  sent: Counter;
  resumptions: Counter<'kind'>;
  slow_readers: Counter;
  invalid_events: Counter;
  stale_events: Counter;
  event_age: Histogram;
};

export function createSyncMetrics(
  registry: Metrics,
  sockets: () => Iterable<OpenSocket>,
  { head }: Pick<WorkspaceBuffers, 'head'>,
): SyncMetrics {
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
  const unacknowledged: Gauge = new Gauge({
    name: 'rondo_websocket_unacknowledged_events_max',
    help: 'Head of a workspace less what a client has read, of the client furthest behind; as of its last pong',
    registers,
    collect: () =>
      unacknowledged.set(
        [...sockets()].reduce(
          (most, { workspace_id, acked_seq }) => Math.max(most, (head(workspace_id) ?? 0) - acked_seq),
          0,
        ),
      ),
  });
  return {
    stale_events: staleEventsOf(registry),
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
      buckets: [0.005, 0.01, 0.03, 0.1, 0.3, 1, 2, 5, 10, 60],
      registers,
    }),
  };
}
