import { sql } from 'kysely';
import { AppError, notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import type { ChannelRow } from '../../store/tables.ts';
import { channelOfToken } from '../domain/link-token.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';

/** Turns on the e-mail channel of a link. Idempotent, even if the channel was removed. @throws AppError 404 if the link is invalid or older than 7 days */
export async function confirmEmail(
  { database, clock, log }: NotificationContext,
  { box }: ChannelDispatcher,
  token: string,
): Promise<void> {
  const channelId = channelOfToken(box, 'confirm', token, clock.now());
  if (channelId === undefined) throw notFound('link');
  await sql`
    UPDATE notification_service.channels
    SET confirmed_at = ${clock.now().toISOString()}::timestamptz, is_enabled = true, disabled_reason = NULL, refusals = 0
    WHERE id = ${channelId} AND confirmed_at IS NULL`.execute(database);
  log.info({ channel_id: channelId }, 'an e-mail channel was confirmed');
}

/** @throws AppError 409 `not-confirmed` for an e-mail channel whose address is not confirmed */
export function checkConfirmed({ kind, confirmed_at: confirmedAt }: ChannelRow): void {
  if (kind === 'email' && confirmedAt === null)
    throw new AppError(
      'not-confirmed',
      'Open the link in the confirmation e-mail first. To get a new e-mail, add the address again.',
      { status: 409 },
    );
}
