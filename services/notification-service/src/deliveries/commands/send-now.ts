import type { ChannelTest } from '@rondo/shared/contracts/notification';
import type { ChannelDispatcher } from '../../channels/transports/channel-dispatcher.ts';
import type { NotificationContext } from '../../context.ts';
import type { ChannelRow, DeliveryRow } from '../../store/tables.ts';
import { messageOf, type UnlinkedMessage } from '../domain/message.ts';

/** `link` replaces the link into the app. */
export type DirectMessage = { title: string; body: string; link?: { url: string; linkText: string } };

/**
 * Sends a message that belongs to no notification, once and now, even in quiet hours or if the channel is off. Records it as a
 * delivery.
 */
export async function sendNow(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  channel: ChannelRow,
  { title, body, link }: DirectMessage,
): Promise<ChannelTest> {
  const now = ctx.clock.now();
  const [id, at] = [ctx.ids.next(), now.toISOString()];
  const { id: channelId, workspace_id: workspaceId, kind } = channel;
  const message: UnlinkedMessage = messageOf({
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
  });
  const outcome = await dispatcher.send(channel, { ...message, ...link }, { number: 1, now });
  const { status } = outcome;
  const reason = outcome.status === 'failed' ? outcome.reason : null;
  const delivery: DeliveryRow = {
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
  };
  await ctx.database.insertInto('notification_service.deliveries').values(delivery).execute();
  ctx.metrics.deliveries.inc({ channel: kind, status });
  ctx.log.info(
    { workspace_id: workspaceId, channel_id: channelId, status, reason },
    'a message was sent now',
  );
  return { status, reason };
}
