import { notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import type { Senders } from '../transports/channel-dispatcher.ts';
import { channelOfToken } from '../domain/link-token.ts';
import { turnChannelOff } from '../store/turn-channel-off.ts';

/** Turns off the e-mail channel that a link is for; again, or when it was removed, it changes nothing. @throws AppError 404 */
export async function unsubscribe(
  { database, log }: NotificationContext,
  { box }: Senders,
  token: string,
): Promise<void> {
  const channelId = channelOfToken(box, 'unsubscribe', token);
  if (channelId === undefined) throw notFound('link');
  const reason = 'Unsubscribed by a link in an e-mail.';
  await turnChannelOff(database, channelId, { disabled_reason: reason, why_failed: reason });
  log.info({ channel_id: channelId }, 'an e-mail channel was unsubscribed');
}
