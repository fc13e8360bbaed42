import { Compile } from 'typebox/compile';
import { Uuid } from '@rondo/shared/contracts/scalars';
import type { ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { HeardEvent } from '@rondo/shared/messaging/declare-consumer';
import { logEffects } from '@rondo/shared/observability/log-effects';
import type { SyncContext } from '../context.ts';

const uuid = Compile(Uuid);
const encoder = new TextEncoder();

type SentEvent = Pick<TaskEvent, 'event_id' | 'workspace_id' | 'task_id'> & { sockets: number };

/**
 * Adds each task event to its workspace's buffer and sends it to the workspace's sockets. Nothing is stored: a duplicate
 * event is recognised by its seq. After a restore from a backup the first event of the new history sends all clients to the
 * change feed.
 */
export function broadcastUpdates(ctx: SyncContext, updates: HeardEvent<TaskEvent>[]): void {
  const sent: SentEvent[] = [];
  for (const { event, extensions } of updates) {
    const historyId = extensions['historyid'];
    const sockets = broadcastEvent(ctx, event, uuid.Check(historyId) ? historyId : undefined);
    const { event_id, workspace_id, task_id } = event;
    if (sockets > 0) sent.push({ event_id, workspace_id, task_id, sockets });
  }
  logEffects(ctx.telemetry.log, 'event sent to clients', sent);
}

/** @returns the number of sockets that it was sent to */
function broadcastEvent(ctx: SyncContext, event: TaskEvent, historyId: string | undefined): number {
  const {
    buffers,
    sockets,
    telemetry: { metrics },
    clock,
  } = ctx;
  const change = historyId === undefined ? 'same' : buffers.enterHistory(historyId);
  if (change === 'earlier') {
    metrics.staleEvents.inc();
    return 0;
  }
  if (change === 'later') askForResync(ctx);
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

function askForResync({ buffers: { historyId }, sockets, telemetry: { log } }: SyncContext): void {
  log.warn({ history_id: historyId }, 'a new history has begun: all clients are sent to the change feed');
  void sockets.announce((workspace_id) => {
    const resync: ServerMessage = { type: 'resync', seq: null, workspace_id, history_id: historyId };
    return encoder.encode(JSON.stringify(resync));
  });
}
