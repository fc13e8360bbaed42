import type { ChannelTest } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/runtime/errors';
import type { NotificationContext } from '../context.ts';
import { messageOf, testTitle } from '../message.ts';
import { findChannel } from '../queries/list-channels.ts';
import type { Senders } from '../senders.ts';
import type { DeliveryRow } from '../tables.ts';

/**
 * Sends a test message to a channel now, also in quiet hours and where the channel is turned off, and keeps what became of it
 * among the deliveries. A test is tried once. @throws AppError 404
 */
export async function testChannel(
  ctx: NotificationContext,
  senders: Senders,
  workspaceId: string,
  channelId: string,
): Promise<ChannelTest> {
  const channel = await findChannel(ctx, workspaceId, channelId);
  if (!channel) throw notFound('channel');
  const now = ctx.clock.now();
  const [id, at] = [ctx.ids.next(), now.toISOString()];
  const message = messageOf({
    id,
    workspace_id: workspaceId,
    title: testTitle,
    created_at: at,
    notification_id: null,
    kind: null,
    task_id: null,
    body: null,
    due_date: null,
    remind_at: null,
    is_late: null,
  });
  const outcome = await senders.send(channel, message, { number: 1, now });
  const { status } = outcome;
  const reason = outcome.status === 'failed' ? outcome.reason : null;
  const delivery: DeliveryRow = {
    id,
    workspace_id: workspaceId,
    notification_id: null,
    channel_id: channelId,
    channel_kind: channel.kind,
    title: testTitle,
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
  ctx.metrics.deliveries.inc({ channel: channel.kind, status });
  ctx.log.info({ workspace_id: workspaceId, channel_id: channelId, status, reason }, 'a channel was tested');
  return { status, reason };
}
