import { Compile } from 'typebox/compile';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Clock } from '@rondo/shared/runtime/clock';
import type { Log } from '@rondo/shared/runtime/log';
import type { CloudEvent, Processor } from '@rondo/shared/runtime/subscriptions';
import type { Sockets } from '../sockets.ts';
import type { SyncMetrics } from '../sync-metrics.ts';
import type { WorkspaceBuffers } from '../workspace-buffer.ts';

export type BroadcastContext = {
  buffers: WorkspaceBuffers;
  sockets: Sockets;
  metrics: SyncMetrics;
  clock: Clock;
  log: Log;
};

const taskEvent = Compile(TaskEvent);
const encoder = new TextEncoder();

/**
 * Takes each event into its workspace's buffer and sends it to the workspace's sockets. Nothing is stored: an event that
 * was there before is known by its seq. One that can't be read is dropped; clients get it from the change feed.
 */
export function broadcastUpdates({ buffers, sockets, metrics, clock, log }: BroadcastContext): Processor {
  return async (cloudEvents: CloudEvent[]) =>
    cloudEvents.map(({ id, data }) => {
      if (!taskEvent.Check(data)) {
        metrics.invalid_events.inc();
        log.error({ event_id: id }, 'an update that is no task event was dropped');
        return 'DROP';
      }
      const { workspace_id: workspaceId, seq, timestamp } = data;
      // Written and encoded once, for all sockets and for those who resume later.
      const message = encoder.encode(`{"type":"event","event":${JSON.stringify(data)}}`);
      if (buffers.append(workspaceId, seq, message)) {
        metrics.sent.inc(sockets.broadcast(workspaceId, message));
        metrics.event_age.observe(Math.max(0, clock.now().getTime() - Date.parse(timestamp)) / 1000);
      }
      return 'SUCCESS';
    });
}
