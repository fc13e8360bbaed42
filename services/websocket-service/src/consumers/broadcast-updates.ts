import { Compile } from 'typebox/compile';
import { NotificationNudge } from '@rondo/shared/contracts/notification';
import type { NotificationMessage } from '@rondo/shared/contracts/sync-message';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { CloudEvent, Verdict } from '@rondo/shared/messaging/cloud-event';
import { logEffects } from '@rondo/shared/observability/log-effects';
import type { SyncContext } from '../context.ts';

const taskEvent = Compile(TaskEvent);
const notificationNudge = Compile(NotificationNudge);
const encoder = new TextEncoder();

type SentEvent = Pick<TaskEvent, 'event_id' | 'workspace_id' | 'task_id'> & { sockets: number };

/**
 * Adds each task event to its workspace's buffer and sends it to the workspace's sockets. Nothing is stored: a duplicate
 * event is recognised by its seq. Nudges are sent but not buffered; clients that miss one read the inbox. Invalid events are
 * dropped; clients get them from the change feed.
 */
export function broadcastUpdates(ctx: SyncContext, cloudEvents: CloudEvent[]): Verdict[] {
  const sent: SentEvent[] = [];
  const verdicts = cloudEvents.map(({ id, data }): Verdict => {
    if (taskEvent.Check(data)) {
      const sockets = broadcastEvent(ctx, data);
      const { event_id, workspace_id, task_id } = data;
      if (sockets > 0) sent.push({ event_id, workspace_id, task_id, sockets });
    } else if (notificationNudge.Check(data)) broadcastNudge(ctx, data);
    else {
      const { log, metrics } = ctx.telemetry;
      metrics.invalidEvents.inc();
      log.error({ event_id: id }, 'dropped an update that is neither a task event nor a nudge');
      return 'DROP';
    }
    return 'SUCCESS';
  });
  logEffects(ctx.telemetry.log, 'event sent to clients', sent);
  return verdicts;
}

/** @returns the number of sockets that it was sent to */
function broadcastEvent(
  { buffers, sockets, telemetry: { metrics }, clock }: SyncContext,
  event: TaskEvent,
): number {
  const { workspace_id: workspaceId, seq, timestamp } = event;
  // Encoded once, for all sockets and for clients that resume later.
  const message = encoder.encode(`{"type":"event","event":${JSON.stringify(event)}}`);
  if (!buffers.append(workspaceId, seq, message)) {
    metrics.staleEvents.inc();
    return 0;
  }
  const sent = sockets.broadcast(workspaceId, message);
  metrics.sent.inc(sent);
  metrics.eventAge.observe(Math.max(0, clock.now().getTime() - Date.parse(timestamp)) / 1000);
  return sent;
}

function broadcastNudge({ sockets, telemetry: { metrics } }: SyncContext, nudge: NotificationNudge): void {
  const { workspace_id: workspaceId, notification_id, unread } = nudge;
  const message: NotificationMessage = { type: 'notification', notification_id, unread };
  metrics.sent.inc(sockets.broadcast(workspaceId, encoder.encode(JSON.stringify(message))));
}
