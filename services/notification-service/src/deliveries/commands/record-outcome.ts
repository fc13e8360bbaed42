import { sql } from 'kysely';
import { deliverableAt } from '../../channels/domain/quiet-hours.ts';
import { nextAttempt } from '../domain/retry-schedule.ts';
import type { Outcome } from '../../channels/domain/channel.ts';
import type { NotificationContext } from '../../context.ts';
import { quietHoursOf } from '../../channels/domain/quiet-hours-of.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';
import { turnChannelOff } from '../../channels/store/turn-channel-off.ts';

type Result = {
  status: 'sent' | 'waiting' | 'failed';
  reason: string | null;
  next_attempt_at: string | null;
};

/**
 * Records what became of an attempt: sent, tried again by the retry schedule outside of quiet hours, or failed with the
 * reason. A target that is gone turns its channel off. Whoever's lease ended meanwhile changes nothing.
 */
export async function recordOutcome(
  ctx: NotificationContext,
  delivery: ClaimedDelivery,
  outcome: Outcome,
  { random }: { random: () => number },
): Promise<void> {
  const now = ctx.clock.now();
  const result = resultOf(delivery, outcome, { now, random });
  const { status, reason, next_attempt_at: next } = result;
  const at = now.toISOString();
  const { rows } = await sql<{ id: string }>`
    UPDATE notification_service.deliveries SET
      status = ${status}, reason = ${reason}, next_attempt_at = ${next}::timestamptz, last_attempt_at = ${at}::timestamptz,
      sent_at = CASE WHEN ${status} = 'sent' THEN ${at}::timestamptz END
    WHERE id = ${delivery.id} AND status = 'waiting' AND attempts = ${delivery.attempts} RETURNING id`.execute(
    ctx.database,
  );
  if (outcome.status === 'failed' && outcome.is_gone)
    await turnChannelOff(ctx.database, delivery.channel_id, {
      disabled_reason: outcome.reason,
      why_failed: outcome.reason,
    });
  if (rows.length > 0) tell(ctx, delivery, result);
}

function resultOf(
  delivery: ClaimedDelivery,
  outcome: Outcome,
  { now, random }: { now: Date; random: () => number },
): Result {
  if (outcome.status === 'sent') return { status: 'sent', reason: null, next_attempt_at: null };
  const { reason, is_permanent: isPermanent, is_gone: isGone, retry_after_ms } = outcome;
  const next =
    isPermanent || isGone
      ? null
      : nextAttempt({
          attempt: delivery.attempts,
          first_attempt_at: new Date(delivery.first_attempt_at),
          now,
          retry_after_ms,
          random,
        });
  if (next === null) return { status: 'failed', reason, next_attempt_at: null };
  const at = deliverableAt(next, quietHoursOf(delivery));
  return { status: 'waiting', reason, next_attempt_at: at.toISOString() };
}

/** One event of the business, its log line and its count together. */
function tell(
  { log, metrics }: NotificationContext,
  { id, workspace_id, task_id, notification_id, channel_id, channel_kind, attempts }: ClaimedDelivery,
  { status, reason, next_attempt_at }: Result,
): void {
  metrics.deliveries.inc({ channel: channel_kind, status });
  const about = {
    workspace_id,
    task_id,
    notification_id,
    delivery_id: id,
    channel_id,
    channel_kind,
    attempts,
  };
  if (status === 'sent') log.info(about, 'a notification was delivered');
  else log.warn({ ...about, reason, next_attempt_at }, 'a notification could not be delivered');
}
