import { sql, type Transaction } from 'kysely';
import type { ChannelTarget } from '@rondo/shared/contracts/channel-target';
import type { AddedChannel } from '@rondo/shared/contracts/notification';
import { AppError } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { runOnce } from '../../store/run-once.ts';
import type { ChannelRow, Tables } from '../../store/tables.ts';
import { checkTarget, fingerprintOf, labelOf } from '../domain/channel-target.ts';
import { toChannelView } from '../queries/list-channels.ts';
import type { ChannelDispatcher, StoredTarget } from '../transports/channel-dispatcher.ts';
import { generateWebhookSecret } from '../transports/webhook.ts';
import { waitingForConfirmation } from '../domain/confirmation.ts';
import type { SecretBox } from '../domain/secret-box.ts';
import { requestConfirmation } from '../store/request-confirmation.ts';

const maxChannels = 20;

/**
 * Adds a channel. If the workspace has a channel with the same destination, that one is turned on again with the new keys; a
 * webhook gets a new secret. An e-mail channel stays off until its address is confirmed; the e-mail that asks for it is a
 * delivery of the same transaction. The kept answer is sealed: it may have the secret of a webhook.
 * @throws AppError 422 if the target is invalid or its kind is not set up on this server; 403 `quota-exceeded`; 429 if too many confirmations were requested today
 */
export async function addChannel(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  command: CommandContext,
  target: ChannelTarget,
): Promise<Answer<AddedChannel>> {
  checkTarget(target);
  const reason = dispatcher.whyUnavailable(target.kind);
  if (reason !== undefined) throw new AppError('channel-not-set-up', reason, { status: 422 });
  const stored: StoredTarget =
    target.kind === 'webhook' ? { ...target, secret: generateWebhookSecret() } : target;
  const { secret } = stored;
  const { workspaceId } = command;
  const add = async (trx: Transaction<Tables>): Promise<Answer<AddedChannel>> => {
    const { row, isNew } = await storeChannel(ctx, trx, workspaceId, { target, stored, box: dispatcher.box });
    const shown = { ...toChannelView(row), ...(secret === undefined ? {} : { signing_secret: secret }) };
    return { status: isNew ? 201 : 200, body: shown };
  };
  const answer = await runOnce(ctx, command, add, { sealing: dispatcher.box });
  const { id, kind } = answer.body;
  if (!answer.isReplayed)
    ctx.log.info({ workspace_id: workspaceId, channel_id: id, kind }, 'a channel was added');
  ctx.wake.deliveries();
  return answer;
}

async function storeChannel(
  ctx: NotificationContext,
  trx: Transaction<Tables>,
  workspaceId: string,
  { target, stored, box }: { target: ChannelTarget; stored: StoredTarget; box: SecretBox },
): Promise<{ row: ChannelRow; isNew: boolean }> {
  const fingerprint = fingerprintOf(target);
  const { known, count } = await lockChannels(trx, workspaceId, fingerprint);
  if (known === undefined && count >= maxChannels)
    throw new AppError(
      'quota-exceeded',
      `You have ${maxChannels} channels, which is the maximum. Remove one first.`,
      { quota: { name: 'channels', limit: maxChannels, used: count } },
    );
  const id = known ?? ctx.ids.next();
  const { rows } = await sql<ChannelRow>`
    INSERT INTO notification_service.channels AS known (id, workspace_id, kind, label, fingerprint, sealed_target,
                                                        is_enabled, disabled_reason, created_at)
    VALUES (${id}, ${workspaceId}, ${target.kind}, ${labelOf(target)}, ${fingerprint},
            ${box.seal(JSON.stringify(stored), id)}, ${target.kind !== 'email'},
            ${target.kind === 'email' ? waitingForConfirmation : null}, ${ctx.clock.now().toISOString()}::timestamptz)
    ON CONFLICT (id) DO UPDATE SET
      sealed_target = excluded.sealed_target,
      is_enabled = excluded.is_enabled OR known.confirmed_at IS NOT NULL,
      refusals = 0,
      disabled_reason = CASE WHEN known.confirmed_at IS NULL THEN excluded.disabled_reason END
    RETURNING *`.execute(trx);
  const row = rows[0] as ChannelRow;
  if (row.kind === 'email' && row.confirmed_at === null) await requestConfirmation(ctx, trx, row);
  return { row, isNew: known === undefined };
}

/**
 * Locks the workspace's channels, so that concurrent additions see each other.
 * @returns the id of the channel with this destination, and how many channels there are
 */
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
