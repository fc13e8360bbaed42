import { sql, type Transaction } from 'kysely';
import type { AddedChannel, ChannelTarget } from '@rondo/shared/contracts/notification';
import { AppError } from '@rondo/shared/errors';
import { checkTarget, fingerprintOf, labelOf } from '../domain/channel-target.ts';
import { generateWebhookSecret } from '../transports/webhook-signature.ts';
import type { NotificationContext } from '../../context.ts';
import type { Senders, StoredTarget } from '../transports/channel-dispatcher.ts';
import type { ChannelRow, Tables } from '../../store/tables.ts';
import { toChannelView } from '../queries/to-channel-view.ts';
import { askForConfirmation, waitsForConfirmation } from './confirm-email.ts';

const mostChannels = 10;

/**
 * Adds a way to reach a person. What leads to the same place is the same channel: it is turned on again with the keys that
 * are given now, a webhook with a new secret. An e-mail address is off until its reader has confirmed it.
 * @throws AppError 422 for an address that can't be one, a kind that is not set up here, the eleventh channel; 429 for
 * the eleventh address within a day
 */
export async function addChannel(
  ctx: NotificationContext,
  senders: Senders,
  workspaceId: string,
  target: ChannelTarget,
): Promise<{ is_new: boolean; channel: AddedChannel }> {
  checkTarget(target);
  const reason = senders.whyNot(target.kind);
  if (reason !== undefined) throw new AppError('channel-not-set-up', reason, { status: 422 });
  const stored: StoredTarget =
    target.kind === 'webhook' ? { ...target, secret: generateWebhookSecret() } : target;
  const fingerprint = fingerprintOf(target);
  const { row, isNew } = await ctx.database.transaction().execute(async (trx) => {
    const { known, count } = await lockChannels(trx, workspaceId, fingerprint);
    if (known === undefined && count >= mostChannels)
      throw new AppError('too-many-channels', `There can be ${mostChannels} channels: remove one first.`, {
        status: 422,
      });
    const id = known ?? ctx.ids.next();
    const { rows } = await sql<ChannelRow>`
      INSERT INTO notification_service.channels AS known (id, workspace_id, kind, label, fingerprint, sealed_target,
                                                          is_enabled, disabled_reason, created_at)
      VALUES (${id}, ${workspaceId}, ${target.kind}, ${labelOf(target)}, ${fingerprint},
              ${senders.box.seal(JSON.stringify(stored), id)}, ${target.kind !== 'email'},
              ${target.kind === 'email' ? waitsForConfirmation : null}, ${ctx.clock.now().toISOString()}::timestamptz)
      ON CONFLICT (id) DO UPDATE SET
        sealed_target = excluded.sealed_target,
        is_enabled = excluded.is_enabled OR known.confirmed_at IS NOT NULL,
        disabled_reason = CASE WHEN known.confirmed_at IS NULL THEN excluded.disabled_reason END
      RETURNING *`.execute(trx);
    return { row: rows[0] as ChannelRow, isNew: known === undefined };
  });
  ctx.log.info({ workspace_id: workspaceId, channel_id: row.id, kind: row.kind }, 'a channel was added');
  if (row.kind === 'email' && row.confirmed_at === null) await askForConfirmation(ctx, senders, row);
  const { secret } = stored;
  return {
    is_new: isNew,
    channel: { ...toChannelView(row), ...(secret === undefined ? {} : { signing_secret: secret }) },
  };
}

/** Of two additions at once the later one counts, and finds, what the earlier one added. */
async function lockChannels(
  trx: Transaction<Tables>,
  workspaceId: string,
  fingerprint: string,
): Promise<{ known: string | undefined; count: number }> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`channels of ${workspaceId}`}, 0))`.execute(trx);
  const { rows } = await sql<{ id: string; fingerprint: string }>`
    SELECT id, fingerprint FROM notification_service.channels WHERE workspace_id = ${workspaceId}`.execute(
    trx,
  );
  return { known: rows.find((row) => row.fingerprint === fingerprint)?.id, count: rows.length };
}
