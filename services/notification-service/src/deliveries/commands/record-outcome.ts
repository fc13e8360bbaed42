import { sql } from 'kysely';
import type { Outcome } from '../../channels/domain/channel.ts';
import { deliverableAt, quietHoursOf } from '../../channels/domain/quiet-hours.ts';
import { turnChannelOff } from '../../channels/store/turn-channel-off.ts';
import type { NotificationContext } from '../../context.ts';
import { nextAttempt } from '../domain/retry-schedule.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';

type Result = {
  status: 'sent' | 'waiting' | 'failed';
  reason: string | null;
  nextAttemptAt: string | null;
};

/**
 * Records the outcome of an attempt: sent, waiting for a retry outside quiet hours, or failed with a reason. If the target is
 * gone, its channel is turned off. After the lease ended and another process claimed the delivery, this changes nothing.
 */
export async function recordOutcome(
  ctx: NotificationContext,
  delivery: ClaimedDelivery,
  outcome: Outcome,
  { random }: { random: () => number },
): Promise<void> {
  const now = ctx.clock.now();
  const result = resultOf(delivery, outcome, { now, random });
  const { status, reason, nextAttemptAt } = result;
  const at = now.toISOString();
  const { rows } = await sql<{ id: string }>`
    UPDATE notification_service.deliveries SET
      status = ${status}, reason = ${reason}, next_attempt_at = ${nextAttemptAt}::timestamptz,
      last_attempt_at = ${at}::timestamptz, sent_at = CASE WHEN ${status} = 'sent' THEN ${at}::timestamptz END
    WHERE id = ${delivery.id} AND status = 'waiting' AND attempts = ${delivery.attempts} RETURNING id`.execute(
    ctx.database,
  );
  if (outcome.status === 'failed' && outcome.isGone)
    await turnChannelOff(ctx.database, delivery.channel_id, {
      disabledReason: outcome.reason,
      deliveryReason: outcome.reason,
    });
  if (rows.length > 0) report(ctx, delivery, result);
}

function resultOf(
  delivery: ClaimedDelivery,
  outcome: Outcome,
  { now, random }: { now: Date; random: () => number },
): Result {
  if (outcome.status === 'sent') return { status: 'sent', reason: null, nextAttemptAt: null };
  const { reason, isPermanent, isGone, retryAfterMs } = outcome;
  const next =
    isPermanent || isGone
      ? null
      : nextAttempt({
          attempt: delivery.attempts,
          firstAttemptAt: new Date(delivery.first_attempt_at),
          now,
          retryAfterMs,
          random,
        });
  if (next === null) return { status: 'failed', reason, nextAttemptAt: null };
  const at = deliverableAt(next, quietHoursOf(delivery));
  return { status: 'waiting', reason, nextAttemptAt: at.toISOString() };
}

function report(
  { log, metrics }: NotificationContext,
  { id, workspace_id, task_id, notification_id, channel_id, channel_kind, attempts }: ClaimedDelivery,
  { status, reason, nextAttemptAt }: Result,
): void {
  metrics.deliveries.inc({ channel: channel_kind, status });
  const fields = {
    workspace_id,
    task_id,
    notification_id,
    delivery_id: id,
    channel_id,
    channel_kind,
    attempts,
  };
  if (status === 'sent') log.info(fields, 'a notification was delivered');
  else
    log.warn({ ...fields, reason, next_attempt_at: nextAttemptAt }, 'a notification could not be delivered');
}
