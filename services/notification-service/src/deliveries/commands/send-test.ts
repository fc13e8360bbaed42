import { sql } from 'kysely';
import type { ChannelTest } from '@rondo/shared/contracts/notification';
import type { Outcome } from '../../channels/domain/channel.ts';
import type { ChannelDispatcher } from '../../channels/transports/channel-dispatcher.ts';
import type { NotificationContext } from '../../context.ts';
import type { ChannelRow, DeliveryRow } from '../../store/tables.ts';
import { messageOf } from '../domain/message.ts';
import { leaseMs } from './claim-deliveries.ts';

/** A test whose message this process may send until its lease ends. */
export type ClaimedTest = DeliveryRow & { kind: 'test'; channel: ChannelRow };

const content = {
  title: 'Test message from Rondo',
  body: 'This channel works. Your reminders and digests will arrive here.',
};

/** Records a test as a claimed delivery: if the process dies, the worker sends it when the lease ends. */
export async function claimTest(
  { database, clock, ids }: Pick<NotificationContext, 'database' | 'clock' | 'ids'>,
  channel: ChannelRow,
): Promise<ClaimedTest> {
  const now = clock.now();
  const at = now.toISOString();
  const delivery: DeliveryRow & { kind: 'test'; scheduled_at: string } = {
    id: ids.next(),
    workspace_id: channel.workspace_id,
    notification_id: null,
    channel_id: channel.id,
    channel_kind: channel.kind,
    kind: 'test',
    title: content.title,
    status: 'waiting',
    attempts: 1,
    reason: null,
    created_at: at,
    scheduled_at: at,
    first_attempt_at: at,
    last_attempt_at: null,
    next_attempt_at: new Date(now.getTime() + leaseMs).toISOString(),
    sent_at: null,
    outcome: null,
  };
  await database.insertInto('notification_service.deliveries').values(delivery).execute();
  return { ...delivery, channel };
}

/** Sends the message of a test, once and now, even in quiet hours or if the channel is off. Records the outcome. */
export async function sendTest(
  ctx: NotificationContext,
  dispatcher: ChannelDispatcher,
  { channel, ...delivery }: ClaimedTest,
): Promise<ChannelTest> {
  const { id, workspace_id: workspaceId, channel_kind: kind, created_at } = delivery;
  const message = messageOf({
    id,
    workspace_id: workspaceId,
    ...content,
    created_at,
    notification_id: null,
    kind: null,
    task_id: null,
    due_date: null,
    remind_at: null,
    is_late: null,
    batch_id: null,
    presentTitle: null,
    presentDue: null,
    presentZone: null,
  });
  const outcome = await dispatcher.send(channel, message, { number: 1, now: ctx.clock.now() });
  await recordTest(ctx, id, outcome);
  const { status } = outcome;
  const reason = status === 'failed' ? outcome.reason : null;
  ctx.metrics.deliveries.inc({ channel: kind, status });
  ctx.log.info(
    { workspace_id: workspaceId, channel_id: channel.id, status, reason },
    'a message was sent now',
  );
  return { status, reason };
}

/** After the lease ended and the worker claimed the delivery, this changes nothing. */
async function recordTest(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  id: string,
  outcome: Outcome,
): Promise<void> {
  const at = clock.now().toISOString();
  const isSent = outcome.status === 'sent';
  const certainty = isSent && (outcome.isUnconfirmed === true ? 'unknown' : 'confirmed');
  await sql`
    UPDATE notification_service.deliveries SET
      status = ${outcome.status}, reason = ${isSent ? null : outcome.reason}, outcome = ${certainty || null},
      last_attempt_at = ${at}::timestamptz, next_attempt_at = NULL, sent_at = CASE WHEN ${isSent} THEN ${at}::timestamptz END
    WHERE id = ${id} AND status = 'waiting' AND attempts = 1`.execute(database);
}
