import type { ChannelTest } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import { messageOf } from '../domain/message.ts';
import type { Senders } from '../../channels/transports/channel-dispatcher.ts';
import type { ChannelRow, DeliveryRow } from '../../store/tables.ts';

/**
 * Sends a message that is of no entry, once and at once, also in quiet hours and where the channel is turned off, and keeps
 * what became of it among the deliveries. `url` is where it leads; the app by default.
 */
export async function sendNow(
  ctx: NotificationContext,
  senders: Senders,
  channel: ChannelRow,
  { title, body, url }: { title: string; body: string; url?: string },
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
  });
  const outcome = await senders.send(
    channel,
    { ...message, ...(url === undefined ? {} : { url }) },
    { number: 1, now },
  );
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
    'a message was sent at once',
  );
  return { status, reason };
}
