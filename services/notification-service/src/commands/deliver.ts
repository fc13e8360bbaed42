import { sql } from 'kysely';
import { permanentFailure } from '../channels/channel.ts';
import { deliverableAt } from '../channels/quiet-hours.ts';
import type { Tracing } from '@rondo/shared/observability/tracing';
import type { NotificationContext } from '../context.ts';
import { messageOf } from '../message.ts';
import { quietHoursOf } from '../quiet-hours-of.ts';
import type { Senders } from '../senders.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { recordOutcome } from './record-outcome.ts';

/**
 * Sends a claimed delivery, outside of any transaction, and records what became of it. A crash in between leaves the claim
 * to its lease, after which the message is sent again under the same id: at least once.
 */
export async function deliver(
  ctx: NotificationContext,
  senders: Senders,
  delivery: ClaimedDelivery,
  { random, tracing }: { random: () => number; tracing: Tracing },
): Promise<void> {
  const { channel_id: id, sealed_target: sealedTarget, is_enabled: isEnabled, attempts: number } = delivery;
  if (sealedTarget === null || !isEnabled) {
    const why = sealedTarget === null ? 'The channel was removed.' : 'The channel is turned off.';
    return recordOutcome(ctx, delivery, permanentFailure(why), { random });
  }
  const now = ctx.clock.now();
  const from = deliverableAt(now, quietHoursOf(delivery));
  if (from > now && delivery.kind !== null) return holdBack(ctx, delivery, from);
  const { id: deliveryId, workspace_id, channel_kind: channel, traceparent } = delivery;
  const span = tracing.outgoing(traceparent, {
    name: `notify ${channel}`,
    workspaceId: workspace_id,
    attributes: { channel, delivery_id: deliveryId },
  });
  const outcome = await senders.send({ id, sealed_target: sealedTarget }, messageOf(delivery), {
    number,
    now,
  });
  span?.end(outcome.status);
  return recordOutcome(ctx, delivery, outcome, { random });
}

/** What came due late, or by older settings, may meet quiet hours: it goes back, and the claim was no attempt. */
async function holdBack(
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
