import type { ChannelTest } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { sendNow } from '../../deliveries/commands/send-now.ts';
import { countManualSend } from '../../deliveries/store/count-manual-send.ts';
import { findChannel } from '../queries/find-channel.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';
import { checkConfirmed } from './confirm-email.ts';

const testMessage = {
  title: 'Test message from Rondo',
  body: 'This channel works. Your reminders and digests will arrive here.',
};

/** Sends a test message to a channel now. @throws AppError 404; 409 `not-confirmed`; 403 `quota-exceeded` */
export async function testChannel(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  workspaceId: string,
  channelId: string,
): Promise<ChannelTest> {
  const channel = await findChannel(ctx, workspaceId, channelId);
  if (!channel) throw notFound('channel');
  checkConfirmed(channel);
  await countManualSend(ctx, workspaceId);
  return sendNow(ctx, dispatcher, channel, testMessage);
}
