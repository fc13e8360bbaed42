import { sql } from 'kysely';
import { AppError, notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { sendNow } from '../../deliveries/commands/send-now.ts';
import type { ChannelRow } from '../../store/tables.ts';
import { channelOfToken } from '../domain/link-token.ts';
import type { ChannelDispatcher } from '../transports/channel-dispatcher.ts';

/** Why an e-mail channel is off at first: it proves that the person can read what is sent there. */
export const waitingForConfirmation = 'Waiting for the link in the confirmation e-mail to be opened.';

const confirmation = {
  title: 'Confirm this address for Rondo reminders',
  body: 'Someone, hopefully you, asked Rondo to send reminders here. Click to confirm, or ignore this e-mail.',
};

/** How long the link in a confirmation e-mail works. */
const confirmableMs = 7 * 24 * 3_600_000;

/** Per workspace, whatever the addresses are. */
const maxConfirmationsPerDay = 10;

/**
 * Sends an e-mail that asks to confirm the address.
 * @throws AppError 429 `too-many-confirmations`
 */
export async function requestConfirmation(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  channel: ChannelRow,
): Promise<void> {
  const since = new Date(ctx.clock.now().getTime() - 24 * 3_600_000).toISOString();
  const { rows } = await sql<{ sent: number }>`
    SELECT count(*) AS sent FROM notification_service.deliveries
    WHERE workspace_id = ${channel.workspace_id} AND created_at > ${since}::timestamptz
      AND notification_id IS NULL AND title = ${confirmation.title}`.execute(ctx.database);
  if ((rows[0]?.sent ?? 0) >= maxConfirmationsPerDay)
    throw new AppError(
      'too-many-confirmations',
      `Rondo sends at most ${maxConfirmationsPerDay} confirmation e-mails a day. Try again tomorrow.`,
      { status: 429 },
    );
  const endsAt = new Date(ctx.clock.now().getTime() + confirmableMs);
  const url = dispatcher.linkFor('confirm', { channelId: channel.id, endsAt });
  const link = { url, linkText: 'Confirm this address' };
  await sendNow(ctx, dispatcher, channel, { ...confirmation, link });
}

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
    SET confirmed_at = ${clock.now().toISOString()}::timestamptz, is_enabled = true, disabled_reason = NULL
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
