import { sql } from 'kysely';
import { AppError, notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { channelOfToken } from '../domain/link-token.ts';
import type { Senders } from '../transports/channel-dispatcher.ts';
import type { ChannelRow } from '../../store/tables.ts';
import { sendNow } from '../../deliveries/commands/send-now.ts';

/** Why an e-mail channel is off at first: an address is its person's when they can read what is sent there. */
export const waitsForConfirmation = 'It waits until the link in the e-mail is followed.';

const confirmation = {
  title: 'Shall Rondo send reminders here?',
  body: 'Somebody, you we hope, gave this address to Rondo for their reminders. Follow the link, and they come here; otherwise nothing does.',
};

/** So many of these e-mails go out for a person within a day, to whatever addresses. */
const mostADay = 10;

/**
 * Asks the reader of an address whether it is theirs.
 * @throws AppError 429 `too-many-confirmations` for who has others asked all day
 */
export async function askForConfirmation(
  ctx: NotificationContext,
  senders: Senders,
  channel: ChannelRow,
): Promise<void> {
  const since = new Date(ctx.clock.now().getTime() - 24 * 3_600_000).toISOString();
  const { rows } = await sql<{ asked: number }>`
    SELECT count(*) AS asked FROM notification_service.deliveries
    WHERE workspace_id = ${channel.workspace_id} AND created_at > ${since}::timestamptz
      AND notification_id IS NULL AND title = ${confirmation.title}`.execute(ctx.database);
  if ((rows[0]?.asked ?? 0) >= mostADay)
    throw new AppError('too-many-confirmations', `At most ${mostADay} addresses are asked in a day.`, {
      status: 429,
    });
  await sendNow(ctx, senders, channel, { ...confirmation, url: senders.linkFor('confirm', channel.id) });
}

/** Turns on the e-mail channel that a link is for; again, or when it was removed, it changes nothing. @throws AppError 404 */
export async function confirmEmail(
  { database, clock, log }: NotificationContext,
  { box }: Senders,
  token: string,
): Promise<void> {
  const channelId = channelOfToken(box, 'confirm', token);
  if (channelId === undefined) throw notFound('link');
  await sql`
    UPDATE notification_service.channels
    SET confirmed_at = ${clock.now().toISOString()}::timestamptz, is_enabled = true, disabled_reason = NULL
    WHERE id = ${channelId} AND confirmed_at IS NULL`.execute(database);
  log.info({ channel_id: channelId }, 'an e-mail channel was confirmed');
}

/** @throws AppError 409 `not-confirmed` for an e-mail channel whose address nobody has confirmed */
export function checkConfirmed({ kind, confirmed_at: confirmedAt }: ChannelRow): void {
  if (kind === 'email' && confirmedAt === null)
    throw new AppError(
      'not-confirmed',
      'Follow the link in the e-mail first, or add the address again for another.',
      {
        status: 409,
      },
    );
}
