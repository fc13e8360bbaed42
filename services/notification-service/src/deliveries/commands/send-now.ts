import type { ChannelTest } from '@rondo/shared/contracts/notification';
import type { ChannelDispatcher } from '../../channels/transports/channel-dispatcher.ts';
import type { NotificationContext } from '../../context.ts';
import type { ChannelRow, DeliveryRow } from '../../store/tables.ts';
import { messageOf } from '../domain/message.ts';

/**
 * Sends a test message, once and now, even in quiet hours or if the channel is off. Records it as a delivery.
 */
export async function sendNow(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  channel: ChannelRow,
  { title, body }: { title: string; body: string },
): Promise<ChannelTest> {
  const now = ctx.clock.now();
  const [id, at] = [ctx.ids.next(), now.toISOString()];
  const { id: channelId, workspace_id: workspaceId, kind } = channel;
  const message = messageOf({
    id,
    workspace_id: workspaceId,
    title,
    body,
    created_at: at,
    notification_id: null,
    kind: null,
    task_id: null,
    due_date: null,
    remind_at: null,
    is_late: null,
    batch_id: null,
    presentTitle: null,
    presentDue: null,
    presentZone: null,
  });
  const outcome = await dispatcher.send(channel, message, { number: 1, now });
  const { status } = outcome;
  const reason = outcome.status === 'failed' ? outcome.reason : null;
  const isUnconfirmed = outcome.status === 'sent' && outcome.isUnconfirmed === true;
  const delivery: DeliveryRow & { kind: 'test' } = {
    id,
    workspace_id: workspaceId,
    notification_id: null,
    channel_id: channelId,
    channel_kind: kind,
    title,
    status,
    attempts: 1,
    reason,
    created_at: at,
    first_attempt_at: at,
    last_attempt_at: at,
    next_attempt_at: null,
    sent_at: status === 'sent' ? ctx.clock.now().toISOString() : null,
    outcome: status === 'failed' ? null : isUnconfirmed ? 'unknown' : 'confirmed',
    kind: 'test',
  };
  await ctx.database.insertInto('notification_service.deliveries').values(delivery).execute();
  ctx.metrics.deliveries.inc({ channel: kind, status });
  ctx.log.info(
    { workspace_id: workspaceId, channel_id: channelId, status, reason },
    'a message was sent now',
  );
  return { status, reason };
}
