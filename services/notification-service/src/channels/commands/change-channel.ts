import type { ChannelView } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
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
  workspaceId: string,
  id: string,
  { is_enabled: isEnabled }: { is_enabled: boolean },
): Promise<ChannelView> {
  const channel = await findChannel(ctx, workspaceId, id);
  if (!channel) throw notFound('channel');
  if (isEnabled) {
    checkConfirmed(channel);
    // Its reader may have unsubscribed since it was read.
    const { numUpdatedRows } = await ctx.database
      .updateTable('notification_service.channels')
      .set({ is_enabled: true, disabled_reason: null, refusals: 0 })
      .where('id', '=', id)
      .where(({ or, eb }) => or([eb('kind', '<>', 'email'), eb('confirmed_at', 'is not', null)]))
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return changeChannel(ctx, workspaceId, id, { is_enabled: true });
  } else {
    await turnChannelOff(ctx.database, id, {
      disabledReason: null,
      deliveryReason: 'The channel was turned off.',
    });
  }
  ctx.log.info({ workspace_id: workspaceId, channel_id: id, is_enabled: isEnabled }, 'a channel was changed');
  return toChannelView({ ...channel, is_enabled: isEnabled, disabled_reason: null, refusals: 0 });
}
