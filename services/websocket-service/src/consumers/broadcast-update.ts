import { Compile } from 'typebox/compile';
import { NotificationNudge } from '@rondo/shared/contracts/notification';
import type { NotificationMessage } from '@rondo/shared/contracts/sync-message';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Clock } from '@rondo/shared/clock';
import type { Log } from '@rondo/shared/observability/log';
import type { CloudEvent, Processor } from '@rondo/shared/messaging/cloud-event';
import type { Sockets } from '../transports/sockets.ts';
import type { SyncMetrics } from '../metrics.ts';
import type { WorkspaceBuffers } from '../domain/workspace-buffer.ts';

export type BroadcastContext = {
  buffers: WorkspaceBuffers;
  sockets: Sockets;
  metrics: SyncMetrics;
  clock: Clock;
  log: Log;
};

const taskEvent = Compile(TaskEvent);
const nudge = Compile(NotificationNudge);
const encoder = new TextEncoder();

/**
 * Takes each task event into its workspace's buffer and sends it to the workspace's sockets. Nothing is stored: an event that
 * was there before is known by its seq. A nudge is sent and forgotten: who was not there reads the inbox. What can't be read
 * is dropped; clients get it from the change feed.
 */
export function broadcastUpdates(ctx: BroadcastContext): Processor {
  return async (cloudEvents: CloudEvent[]) =>
    cloudEvents.map(({ id, data }) => {
      if (taskEvent.Check(data)) broadcastEvent(ctx, data);
      else if (nudge.Check(data)) broadcastNudge(ctx, data);
      else {
        ctx.metrics.invalid_events.inc();
        ctx.log.error({ event_id: id }, 'an update that is neither task event nor nudge was dropped');
        return 'DROP';
      }
      return 'SUCCESS';
    });
}

function broadcastEvent({ buffers, sockets, metrics, clock }: BroadcastContext, event: TaskEvent): void {
  const { workspace_id: workspaceId, seq, timestamp } = event;
  // Written and encoded once, for all sockets and for those who resume later.
  const message = encoder.encode(`{"type":"event","event":${JSON.stringify(event)}}`);
  if (!buffers.append(workspaceId, seq, message)) return metrics.stale_events.inc();
  metrics.sent.inc(sockets.broadcast(workspaceId, message));
  metrics.event_age.observe(Math.max(0, clock.now().getTime() - Date.parse(timestamp)) / 1000);
}

function broadcastNudge({ sockets, metrics }: BroadcastContext, told: NotificationNudge): void {
  const { workspace_id: workspaceId, notification_id, unread } = told;
  const message: NotificationMessage = { type: 'notification', notification_id, unread };
  metrics.sent.inc(sockets.broadcast(workspaceId, encoder.encode(JSON.stringify(message))));
}
