import { Compile } from 'typebox/compile';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Log } from '@rondo/shared/runtime/log';
import type { CloudEvent, Processor } from '@rondo/shared/runtime/subscriptions';
import type { Sockets } from '../sockets.ts';
import type { SyncMetrics } from '../sync-metrics.ts';
import type { WorkspaceBuffers } from '../workspace-buffer.ts';

const taskEvent = Compile(TaskEvent);

/**
 * Takes each event into its workspace's buffer and sends it to the workspace's sockets. Nothing is stored: an event that
 * was there before is known by its seq. One that can't be read is dropped; clients get it from the change feed.
 */
export function broadcastUpdates({
  buffers,
  sockets,
  metrics,
  log,
}: {
  buffers: WorkspaceBuffers;
  sockets: Sockets;
  metrics: SyncMetrics;
  log: Log;
}): Processor {
  return async (cloudEvents: CloudEvent[]) =>
    cloudEvents.map(({ id, data }) => {
      if (!taskEvent.Check(data)) {
        metrics.invalid_events.inc();
        log.error({ event_id: id }, 'an update that is no task event was dropped');
        return 'DROP';
      }
      const message = `{"type":"event","event":${JSON.stringify(data)}}`;
      if (buffers.append(data.workspace_id, data.seq, message))
        metrics.sent.inc(sockets.broadcast(data.workspace_id, message));
      return 'SUCCESS';
    });
}
