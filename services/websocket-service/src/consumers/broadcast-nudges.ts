import type { NotificationNudge } from '@rondo/shared/contracts/notification';
import type { NotificationMessage } from '@rondo/shared/contracts/sync-message';
import type { HeardEvent } from '@rondo/shared/messaging/declare-consumer';
import type { SyncContext } from '../context.ts';

const encoder = new TextEncoder();

/** Sends each nudge to the sockets of its workspace. Nothing is buffered; clients that miss one read the inbox. */
export function broadcastNudges(
  { sockets, telemetry: { metrics } }: SyncContext,
  nudges: HeardEvent<NotificationNudge>[],
): void {
  for (const { event } of nudges) {
    const { workspace_id: workspaceId, notification_id, unread } = event;
    const message: NotificationMessage = { type: 'notification', notification_id, unread };
    metrics.sent.inc(sockets.broadcast(workspaceId, encoder.encode(JSON.stringify(message))));
  }
}
