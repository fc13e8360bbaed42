import type { Kysely } from 'kysely';
import type { ChannelView } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { runOnce } from '../../store/run-once.ts';
import type { ChannelRow, Tables } from '../../store/tables.ts';
import { findChannel } from '../queries/find-channel.ts';
import { toChannelView } from '../queries/list-channels.ts';
import { turnChannelOff } from '../store/turn-channel-off.ts';
import { checkConfirmed } from './confirm-email.ts';

/**
 * Turns a channel on or off. Turning it off fails its waiting deliveries.
 * @throws AppError 404; 409 `not-confirmed`
 */
export async function changeChannel(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
  { is_enabled: isEnabled }: { is_enabled: boolean },
): Promise<Answer<ChannelView>> {
  const { workspaceId } = command;
  const answer = await runOnce(ctx, command, async (database) => {
    const channel = await findChannel({ database }, workspaceId, id);
    if (!channel) throw notFound('channel');
    if (isEnabled) {
      checkConfirmed(channel);
      await turnOn(database, channel);
    } else {
      await turnChannelOff(database, id, {
        disabledReason: null,
        deliveryReason: 'The channel was turned off.',
      });
    }
    const changed = { ...channel, is_enabled: isEnabled, disabled_reason: null, refusals: 0 };
    return { status: 200, body: toChannelView(changed) };
  });
  if (!answer.isReplayed)
    ctx.log.info(
      { workspace_id: workspaceId, channel_id: id, is_enabled: isEnabled },
      'a channel was changed',
    );
  return answer;
}

/** @throws AppError 409 `not-confirmed` if its reader has unsubscribed since it was read */
async function turnOn(database: Kysely<Tables>, channel: ChannelRow): Promise<void> {
  const { numUpdatedRows } = await database
    .updateTable('notification_service.channels')
    .set({ is_enabled: true, disabled_reason: null, refusals: 0 })
    .where('id', '=', channel.id)
    .where(({ or, eb }) => or([eb('kind', '<>', 'email'), eb('confirmed_at', 'is not', null)]))
    .executeTakeFirst();
  if (numUpdatedRows === 0n) checkConfirmed({ ...channel, confirmed_at: null });
}
