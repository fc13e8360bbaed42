import { sql } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Tracing } from '@rondo/shared/observability/tracing';
import { confirmableMs, confirmationMail } from '../../channels/domain/confirmation.ts';
import { permanentFailure, type Outcome } from '../../channels/domain/channel.ts';
import { deliverableAt, quietHoursOf } from '../../channels/domain/quiet-hours.ts';
import type { ChannelDispatcher } from '../../channels/transports/channel-dispatcher.ts';
import type { NotificationContext } from '../../context.ts';
import { messageOf, summaryOf } from '../domain/message.ts';
import type { Claim } from './claim-deliveries.ts';
import { recordOutcome } from './record-outcome.ts';

/**
 * Sends the message of a claim, outside any transaction, and records the outcome of each delivery. If the process dies in
 * between, the message is sent again under the same id when the lease ends: at least once.
 */
export async function deliver(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  claim: Claim,
  { random, tracing }: { random: () => number; tracing: Tracing },
): Promise<void> {
  const [first] = claim;
  const now = ctx.clock.now();
  const quietUntil = deliverableAt(now, quietHoursOf(first));
  if (quietUntil > now && first.deliveryKind === 'notification') return postpone(ctx, claim, quietUntil);
  const channel = first.channel_kind;
  const span = tracing.outgoing(first.traceparent, {
    name: `notify ${channel}`,
    workspaceId: first.workspace_id,
    attributes: { channel, delivery_id: first.id },
  });
  const outcome = await send(dispatcher, claim, now);
  span?.end(outcome.status);
  return recordOutcome(ctx, claim, outcome, { random });
}

async function send(dispatcher: ChannelDispatcher, claim: Claim, now: Date): Promise<Outcome> {
  const [first] = claim;
  const { channel_id: id, workspace_id, sealed_target, is_enabled: isEnabled, deliveryKind: kind } = first;
  if (!isEnabled && kind !== 'confirmation') return permanentFailure('The channel is turned off.');
  const message = claim.length > 1 ? summaryOf(claim) : messageOf(first);
  const endsAt = new Date(now.getTime() + confirmableMs);
  const confirmation = { ...confirmationMail, url: dispatcher.linkFor('confirm', { channelId: id, endsAt }) };
  return dispatcher.send(
    { id, workspace_id, sealed_target },
    kind === 'confirmation' ? { ...message, ...confirmation, kind } : message,
    { number: first.attempts, now },
  );
}

/**
 * Returns claimed deliveries until quiet hours end; the claim does not count as an attempt. Then they are sent with all others
 * that wait for it. This happens to deliveries that are due late, and after the quiet hours were changed.
 */
async function postpone({ database, clock }: NotificationContext, claim: Claim, until: Date): Promise<void> {
  const given = claim.map(({ id, attempts }) => ({ id, attempts }));
  await sql`${sql.raw(plannedEachTime)}
    UPDATE notification_service.deliveries delivery SET
      attempts = delivery.attempts - 1, next_attempt_at = ${until.toISOString()}::timestamptz, is_held = true,
      scheduled_at = ${clock.now().toISOString()}::timestamptz,
      batch_id = NULL, first_attempt_at = CASE WHEN delivery.attempts > 1 THEN first_attempt_at END
    FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (id uuid, attempts integer)
    WHERE delivery.id = given.id AND status = 'waiting' AND delivery.attempts = given.attempts`.execute(
    database,
  );
}
