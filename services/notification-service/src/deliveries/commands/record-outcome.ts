import { sql } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Outcome } from '../../channels/domain/channel.ts';
import { deliverableAt, quietHoursOf } from '../../channels/domain/quiet-hours.ts';
import { turnChannelOff } from '../../channels/store/turn-channel-off.ts';
import type { NotificationContext } from '../../context.ts';
import { asPresent } from '../../inbox/domain/notification.ts';
import { nextAttempt } from '../domain/retry-schedule.ts';
import type { CancelledDelivery, Claim, ClaimedDelivery } from './claim-deliveries.ts';

type Result = {
  status: 'sent' | 'waiting' | 'failed';
  reason: string | null;
  nextAttemptAt: string | null;
  /** Whether quiet hours postpone the next attempt. */
  isHeld: boolean;
};

/** A receiver that refuses as many messages in a row does not want them. */
const maxRefusals = 10;

/**
 * Records the outcome of a message for each of its deliveries: sent, waiting for a retry outside quiet hours, or failed with a
 * reason. If the target is gone, or refused ten messages in a row, its channel is turned off. After the lease ended and another
 * process claimed the deliveries, this changes nothing.
 */
export async function recordOutcome(
  ctx: NotificationContext,
  claim: Claim,
  outcome: Outcome,
  { random }: { random: () => number },
): Promise<void> {
  const now = ctx.clock.now();
  const result = resultOf(claim, outcome, { now, random });
  const { recorded, refusals } = await save(ctx, claim, outcome, { result, now });
  const disabledReason = whyTurnedOff(outcome, refusals);
  if (disabledReason !== undefined) await turnOff(ctx, claim, disabledReason);
  for (const delivery of claim) if (recorded.includes(delivery.id)) report(ctx, delivery, result);
}

async function save(
  ctx: NotificationContext,
  claim: Claim,
  outcome: Outcome,
  { result: { status, reason, nextAttemptAt, isHeld }, now }: { result: Result; now: Date },
): Promise<{ recorded: string[]; refusals: number }> {
  const [{ channel_id: channelId, deliveryKind: kind }] = claim;
  const at = now.toISOString();
  const given = claim.map((delivery) => ({
    id: delivery.id,
    attempts: delivery.attempts,
    title: asPresent({ ...delivery, body: '' }, delivery).title,
  }));
  const isSent = outcome.status === 'sent';
  const isRefused = status === 'failed' && outcome.status === 'failed' && outcome.isRefused === true;
  const failedConfirmation =
    kind === 'confirmation' && status === 'failed' ? `The confirmation e-mail was not sent. ${reason}` : null;
  const { rows } = await sql<{ recorded: string[]; refusals: number | null }>`${sql.raw(plannedEachTime)}
    WITH recorded AS (
      UPDATE notification_service.deliveries delivery SET
        status = ${status}, reason = ${reason}, title = given.title, next_attempt_at = ${nextAttemptAt}::timestamptz,
        is_held = ${isHeld} OR (is_held AND ${status} = 'waiting' AND batch_id IS NOT NULL),
        batch_id = CASE WHEN NOT ${isHeld} THEN batch_id END,
        scheduled_at = ${at}::timestamptz,
        last_attempt_at = ${at}::timestamptz, sent_at = CASE WHEN ${isSent} THEN ${at}::timestamptz END,
        outcome = ${outcome.status === 'sent' ? (outcome.isUnconfirmed ? 'unknown' : 'confirmed') : null}
      FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (id uuid, attempts integer, title text)
      WHERE delivery.id = given.id AND status = 'waiting' AND delivery.attempts = given.attempts RETURNING delivery.id
    ), counted AS (
      UPDATE notification_service.channels SET
        refusals = CASE WHEN ${isRefused} THEN refusals + 1 ELSE 0 END,
        disabled_reason = coalesce(${failedConfirmation}, disabled_reason)
      WHERE id = ${channelId} AND EXISTS (SELECT FROM recorded)
        AND (${isRefused} OR (${isSent} AND refusals > 0) OR ${failedConfirmation !== null})
      RETURNING refusals
    )
    SELECT ARRAY (SELECT id FROM recorded) AS recorded, (SELECT refusals FROM counted) AS refusals`.execute(
    ctx.database,
  );
  return { recorded: rows[0]?.recorded ?? [], refusals: rows[0]?.refusals ?? 0 };
}

function whyTurnedOff(outcome: Outcome, refusals: number): string | undefined {
  if (outcome.status !== 'failed') return undefined;
  if (outcome.isGone) return outcome.reason;
  return refusals >= maxRefusals
    ? `${maxRefusals} messages in a row were refused. ${outcome.reason}`
    : undefined;
}

async function turnOff(ctx: NotificationContext, [{ channel_id, workspace_id }]: Claim, reason: string) {
  await turnChannelOff(ctx.database, channel_id, { disabledReason: reason, deliveryReason: reason });
  ctx.log.warn({ workspace_id, channel_id, reason }, 'a channel was turned off');
}

/** The deliveries of one message have one result, so that they stay together until it is sent. */
function resultOf(
  claim: Claim,
  outcome: Outcome,
  { now, random }: { now: Date; random: () => number },
): Result {
  if (outcome.status === 'sent') return { status: 'sent', reason: null, nextAttemptAt: null, isHeld: false };
  const { reason, isPermanent, isGone, retryAfterMs } = outcome;
  const next =
    isPermanent || isGone
      ? null
      : nextAttempt({
          attempt: Math.max(...claim.map(({ attempts }) => attempts)),
          firstAttemptAt: new Date(Math.min(...claim.map(({ first_attempt_at: at }) => Date.parse(at)))),
          now,
          retryAfterMs,
          random,
        });
  if (next === null) return { status: 'failed', reason, nextAttemptAt: null, isHeld: false };
  const [first] = claim;
  const at = first.deliveryKind === 'notification' ? deliverableAt(next, quietHoursOf(first)) : next;
  return { status: 'waiting', reason, nextAttemptAt: at.toISOString(), isHeld: at > next };
}

/** Reports a delivery that was cancelled instead of sent. */
export function reportCancelled({ log }: NotificationContext, delivery: CancelledDelivery): void {
  log.info({ ...fieldsOf(delivery), reason: delivery.cancellation }, 'a delivery was cancelled');
}

function report(
  { log, metrics }: NotificationContext,
  delivery: ClaimedDelivery,
  { status, reason, nextAttemptAt }: Result,
): void {
  metrics.deliveries.inc({ channel: delivery.channel_kind, status });
  const fields = fieldsOf(delivery);
  if (status === 'sent') log.info(fields, 'a notification was delivered');
  else
    log.warn({ ...fields, reason, next_attempt_at: nextAttemptAt }, 'a notification could not be delivered');
}

function fieldsOf({ id, ...delivery }: ClaimedDelivery) {
  const { workspace_id, task_id, notification_id, channel_id, channel_kind, attempts } = delivery;
  return { workspace_id, task_id, notification_id, delivery_id: id, channel_id, channel_kind, attempts };
}
