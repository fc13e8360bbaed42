import { sql } from 'kysely';
import type { Tracing } from '@rondo/shared/observability/tracing';
import { permanentFailure } from '../../channels/domain/channel.ts';
import { deliverableAt, quietHoursOf } from '../../channels/domain/quiet-hours.ts';
import type { ChannelDispatcher } from '../../channels/transports/channel-dispatcher.ts';
import type { NotificationContext } from '../../context.ts';
import { messageOf } from '../domain/message.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { recordOutcome } from './record-outcome.ts';

/**
 * Sends a claimed delivery, outside any transaction, and records the outcome. If the process dies in between, the message is
 * sent again under the same id when the lease ends: at least once.
 */
export async function deliver(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  delivery: ClaimedDelivery,
  { random, tracing }: { random: () => number; tracing: Tracing },
): Promise<void> {
  const { channel_id: channelId, sealed_target: sealedTarget, is_enabled: isEnabled } = delivery;
  if (sealedTarget === null || !isEnabled) {
    const reason = sealedTarget === null ? 'The channel was removed.' : 'The channel is turned off.';
    return recordOutcome(ctx, delivery, permanentFailure(reason), { random });
  }
  const now = ctx.clock.now();
  const quietUntil = deliverableAt(now, quietHoursOf(delivery));
  if (quietUntil > now && delivery.kind !== null) return postpone(ctx, delivery, quietUntil);
  const channel = delivery.channel_kind;
  const span = tracing.outgoing(delivery.traceparent, {
    name: `notify ${channel}`,
    workspaceId: delivery.workspace_id,
    attributes: { channel, delivery_id: delivery.id },
  });
  const outcome = await dispatcher.send({ id: channelId, sealed_target: sealedTarget }, messageOf(delivery), {
    number: delivery.attempts,
    now,
  });
  span?.end(outcome.status);
  return recordOutcome(ctx, delivery, outcome, { random });
}

/**
 * Returns a claimed delivery until quiet hours end; the claim does not count as an attempt. This happens to deliveries that
 * are due late, and after the quiet hours were changed.
 */
async function postpone(
  { database }: NotificationContext,
  { id, attempts }: ClaimedDelivery,
  until: Date,
): Promise<void> {
  await sql`
    UPDATE notification_service.deliveries SET
      attempts = attempts - 1, next_attempt_at = ${until.toISOString()}::timestamptz,
      first_attempt_at = CASE WHEN attempts > 1 THEN first_attempt_at END
    WHERE id = ${id} AND status = 'waiting' AND attempts = ${attempts}`.execute(database);
}
