import type { Static } from 'typebox';
import type { Clock } from '@rondo/shared/clock';
import type { Log } from '@rondo/shared/observability/log';
import type { ServiceBase } from '@rondo/shared/service-definition';
import type { websocketSettings } from './config.ts';
import { createWorkspaceBuffers, type WorkspaceBuffers } from './domain/workspace-buffer.ts';
import { addSocketGauges, createSyncMetrics, type SyncMetrics } from './metrics.ts';
import { openSharedState, type SharedState } from './store/shared-state.ts';
import { createSockets, type Sockets } from './transports/sockets.ts';

export type WebsocketSettings = Static<typeof websocketSettings>;

/** The context of routes, the consumer and workers. */
export type SyncContext = {
  settings: WebsocketSettings;
  clock: Clock;
  telemetry: { log: Log; metrics: SyncMetrics };
  /** The sockets of this replica. */
  sockets: Sockets;
  /** The latest events of each workspace, from which clients resume. */
  buffers: WorkspaceBuffers;
  state: SharedState;
};

const mebibyte = 1024 * 1024;

export function createSyncContext(
  { dapr, clock, ids, telemetry: { log, metrics: registry } }: ServiceBase,
  settings: WebsocketSettings,
): SyncContext {
  const metrics = createSyncMetrics(registry);
  const buffers = createWorkspaceBuffers({
    maxEvents: 1_000,
    maxBytes: mebibyte,
    maxWorkspaces: 10_000,
    maxTotalBytes: 16 * mebibyte,
  });
  const sockets = createSockets({ onSlowReader: () => metrics.slowReaders.inc() });
  addSocketGauges(registry, { sockets, buffers });
  const state = openSharedState({ dapr, clock, replica: ids.next() });
  return { settings, clock, telemetry: { log, metrics }, sockets, buffers, state };
}
