import { notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { channelOfToken } from '../domain/link-token.ts';
import { turnChannelOff } from '../store/turn-channel-off.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';

/**
 * Turns off the e-mail channel of a link, and takes its confirmation back: only a reader of the address can have it turned on
 * again. Idempotent, even if the channel was removed. @throws AppError 404 if the link is invalid
 */
export async function unsubscribe(
  { database, clock, log }: NotificationContext,
  { box }: ChannelDispatcher,
  token: string,
): Promise<void> {
  const channelId = channelOfToken(box, 'unsubscribe', token, clock.now());
  if (channelId === undefined) throw notFound('link');
  const reason = 'Unsubscribed with the link in an e-mail.';
  await turnChannelOff(database, channelId, {
    disabledReason: reason,
    deliveryReason: reason,
    isUnsubscribed: true,
  });
  log.info({ channel_id: channelId }, 'an e-mail channel was unsubscribed');
}
