import { sql, type Transaction } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { maxClockDifferenceMs } from '../../store/clock-difference.ts';
import type { ChannelRow, Tables } from '../../store/tables.ts';
import { confirmationMail, maxConfirmationsPerDay } from '../domain/confirmation.ts';

const dayMs = 24 * 3_600_000;

/**
 * Plans the e-mail that asks to confirm an address, in the transaction that adds its channel. It is a delivery like any other:
 * it is retried, and a later one of the same channel replaces it.
 * @throws AppError 429 `too-many-confirmations`
 */
export async function requestConfirmation(
  { clock, ids }: Pick<NotificationContext, 'clock' | 'ids'>,
  trx: Transaction<Tables>,
  { id: channelId, workspace_id: workspaceId, kind }: ChannelRow,
): Promise<void> {
  const now = clock.now();
  const [at, since, upTo] = [0, -dayMs, maxClockDifferenceMs].map((ms) =>
    new Date(now.getTime() + ms).toISOString(),
  );
  const { rows } = await sql<{ requested: number }>`
    SELECT count(*) AS requested FROM notification_service.deliveries
    WHERE workspace_id = ${workspaceId} AND created_at > ${since}::timestamptz
      AND created_at <= ${upTo}::timestamptz AND kind = 'confirmation'`.execute(trx);
  if ((rows[0]?.requested ?? 0) >= maxConfirmationsPerDay)
    throw new AppError(
      'too-many-confirmations',
      `Rondo sends at most ${maxConfirmationsPerDay} confirmation e-mails a day. Try again tomorrow.`,
      { status: 429 },
    );
  await sql`
    INSERT INTO notification_service.deliveries (id, workspace_id, channel_id, channel_kind, kind, merge_key, title, status,
                                                 created_at, next_attempt_at)
    VALUES (${ids.next()}, ${workspaceId}, ${channelId}, ${kind}, 'confirmation', ${channelId}, ${confirmationMail.title},
            'waiting', ${at}::timestamptz, ${at}::timestamptz)`.execute(trx);
}
