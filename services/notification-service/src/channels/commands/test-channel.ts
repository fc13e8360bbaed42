import type { ChannelTest } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { findChannel } from '../queries/list-channels.ts';
import type { Senders } from '../transports/channel-dispatcher.ts';
import { checkConfirmed } from './confirm-email.ts';
import { sendNow } from '../../deliveries/commands/send-now.ts';

const test = {
  title: 'Rondo reaches you here',
  body: 'This is a test. Reminders and digests will come this way.',
};

/** Sends a test message to a channel now. @throws AppError 404; 409 `not-confirmed` */
export async function testChannel(
  ctx: NotificationContext,
  senders: Senders,
  workspaceId: string,
  channelId: string,
): Promise<ChannelTest> {
  const channel = await findChannel(ctx, workspaceId, channelId);
  if (!channel) throw notFound('channel');
  checkConfirmed(channel);
  return sendNow(ctx, senders, channel, test);
}
