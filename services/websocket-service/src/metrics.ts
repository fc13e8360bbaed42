import { Counter, Gauge, Histogram } from 'prom-client';
import { staleEventsOf, type Metrics } from '@rondo/shared/observability/metrics';
import type { WorkspaceBuffers } from './domain/workspace-buffer.ts';
import type { OpenSocket, Sockets } from './transports/sockets.ts';

export type SyncMetrics = {
  sent: Counter;
  resumptions: Counter<'kind'>;
  slowReaders: Counter;
  staleEvents: Counter;
  eventAge: Histogram;
};

export function createSyncMetrics(registry: Metrics): SyncMetrics {
  const registers = [registry];
  return {
    staleEvents: staleEventsOf(registry),
    sent: new Counter({ name: 'rondo_websocket_sent_total', help: 'Events sent to sockets', registers }),
    resumptions: new Counter({
      name: 'rondo_websocket_hellos_total',
      help: 'Hellos by what followed: resume or resync',
      labelNames: ['kind'] as const,
      registers,
    }),
    slowReaders: new Counter({
      name: 'rondo_websocket_slow_readers_total',
      help: 'Sockets closed because they did not read',
      registers,
    }),
    eventAge: new Histogram({
      name: 'rondo_websocket_event_age_seconds',
      help: 'From the timestamp of an event until it was sent to the sockets of its workspace',
      buckets: [0.005, 0.01, 0.03, 0.1, 0.3, 1, 2, 5, 10, 60],
      registers,
    }),
  };
}

/** Adds gauges that are computed from the open sockets on each scrape. */
export function addSocketGauges(
  registry: Metrics,
  { sockets, buffers: { head } }: { sockets: Sockets; buffers: WorkspaceBuffers },
): void {
  const registers = [registry];
  const max = (measure: (open: OpenSocket) => number) =>
    [...sockets.all()].reduce((found, open) => Math.max(found, measure(open)), 0);
  const open: Gauge = new Gauge({
    name: 'rondo_websocket_open',
    help: 'Open sockets that have said hello',
    registers,
    collect: () => open.set(sockets.size),
  });
  const unread: Gauge = new Gauge({
    name: 'rondo_websocket_unread_bytes_max',
    help: 'Unread bytes of the slowest reader',
    registers,
    collect: () => unread.set(max(({ socket }) => socket.bufferedAmount)),
  });
  const unacknowledged: Gauge = new Gauge({
    name: 'rondo_websocket_unacknowledged_events_max',
    help: 'Head of a workspace less what a client has read, of the client furthest behind; as of its last pong',
    registers,
    collect: () => unacknowledged.set(max((open) => (head(open.workspace_id) ?? 0) - open.ackedSeq)),
  });
}
