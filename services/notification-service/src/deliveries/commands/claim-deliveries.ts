import { sql } from 'kysely';
import type { ChannelKind } from '@rondo/shared/contracts/channel-target';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { QuietColumns } from '../../channels/domain/quiet-hours.ts';
import type { NotificationContext } from '../../context.ts';
import { presentTask } from '../../store/present-task.ts';
import type { DeliveryKind } from '../../store/tables.ts';
import type { MessageSource } from '../domain/message.ts';

/** A delivery that this process may send until its lease ends, with everything that sending needs. */
export type ClaimedDelivery = QuietColumns &
  MessageSource & {
    channel_id: string;
    channel_kind: ChannelKind;
    deliveryKind: DeliveryKind;
    attempts: number;
    first_attempt_at: string;
    sealed_target: string;
    is_enabled: boolean;
    /** The trace of the reminder, if it is known. */
    traceparent: string | null;
  };

/** Deliveries that go out as one message: usually one, and several that waited for the end of quiet hours together. */
export type Claim = readonly [ClaimedDelivery, ...ClaimedDelivery[]];

/** A delivery that is not sent, because its task or another delivery makes it pointless. */
export type CancelledDelivery = ClaimedDelivery & { cancellation: string };

type Row = ClaimedDelivery & { cancellation: string | null };

/** Longer than any channel's timeout: if no outcome is recorded by then, the process died. */
export const leaseMs = 60_000;
/** Of one message. All of a message are in memory while it is sent, and many messages are sent at the same time. */
const maxInMessage = 200;

/** A delivery that goes out instead: the last one of the same task on the same channel, waiting or sent, if it is later. */
const laterDelivery = sql`
  SELECT FROM (
    SELECT coalesce(replayed_at, created_at) AS at, id FROM notification_service.deliveries
    WHERE channel_id = delivery.channel_id AND merge_key = delivery.merge_key AND status IN ('waiting', 'sent')
    ORDER BY coalesce(replayed_at, created_at) DESC, id DESC LIMIT 1
  ) latest WHERE (latest.at, latest.id) > (coalesce(delivery.replayed_at, delivery.created_at), delivery.id)`;

/**
 * Claims due deliveries of the given channels, one message per channel. Workspaces take turns: one whose channels are busy, or that has
 * had more of the messages, comes later; then the longest due is first. A message has one delivery, or those that waited for the end of quiet hours, up to 200. Each delivery looks at its task: if the task is done or deleted, or a later
 * delivery of it goes to the same channel, it is cancelled. The claim is committed and counts as an attempt. If no outcome is
 * recorded, the deliveries are due again, in the same message, when their lease ends. The locked row of the channel keeps
 * replicas from sharing a message.
 */
export async function claimDeliveries(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  { limit, channels, busyChannels }: { limit: number; channels: string[]; busyChannels: string[] },
): Promise<{ claims: Claim[]; cancelled: CancelledDelivery[] }> {
  const now = clock.now();
  const at = now.toISOString();
  const leaseEnd = new Date(now.getTime() + leaseMs).toISOString();
  const isDue = sql`status = 'waiting' AND next_attempt_at <= ${at}::timestamptz`;
  const { rows } = await sql<Row>`${sql.raw(plannedEachTime)}
    WITH due AS (
      SELECT candidate.id AS channel_id, since FROM unnest(${channels}::uuid[]) AS candidate (id) CROSS JOIN LATERAL (
        SELECT next_attempt_at AS since FROM notification_service.deliveries
        WHERE channel_id = candidate.id AND ${isDue} ORDER BY next_attempt_at, id LIMIT 1
      ) first
    ), orphaned AS (
      UPDATE notification_service.deliveries
      SET status = 'failed', reason = 'The channel was removed.', next_attempt_at = NULL
      WHERE ${isDue} AND channel_id IN (
        SELECT channel_id FROM due WHERE NOT EXISTS (SELECT FROM notification_service.channels WHERE id = channel_id)
      )
    ), busy AS (
      SELECT workspace_id, count(*) AS messages FROM notification_service.channels
      WHERE id = ANY (${busyChannels}::uuid[]) GROUP BY workspace_id
    ), ranked AS (
      SELECT channel_id, since,
             row_number() OVER (PARTITION BY workspace_id ORDER BY since) + coalesce(messages, 0) AS place
      FROM due JOIN notification_service.channels ON id = channel_id LEFT JOIN busy USING (workspace_id)
    ), channel AS (
      SELECT channel.id, sealed_target, is_enabled, confirmed_at FROM ranked
      JOIN notification_service.channels channel ON channel.id = channel_id
      ORDER BY place, since LIMIT ${limit} FOR NO KEY UPDATE OF channel SKIP LOCKED
    ), message AS (
      SELECT delivery.*, sealed_target, is_enabled, confirmed_at FROM channel
      CROSS JOIN LATERAL (
        SELECT is_held, batch_id FROM notification_service.deliveries
        WHERE channel_id = channel.id AND ${isDue} ORDER BY next_attempt_at, id LIMIT 1
      ) first
      CROSS JOIN LATERAL (
        SELECT * FROM notification_service.deliveries
        WHERE channel_id = channel.id AND ${isDue}
          AND (NOT first.is_held OR (is_held AND batch_id IS NOT DISTINCT FROM first.batch_id))
        ORDER BY next_attempt_at, id LIMIT CASE WHEN first.is_held THEN ${maxInMessage} ELSE 1 END FOR UPDATE SKIP LOCKED
      ) delivery
    ), judged AS (
      SELECT delivery.*, entry.kind AS entry_kind, entry.task_id, body, entry.due_date, remind_at, is_late, ${presentTask},
             CASE WHEN task.state <> 'open' THEN 'task-' || task.state
                  WHEN delivery.kind = 'confirmation' AND confirmed_at IS NOT NULL THEN 'confirmed'
                  WHEN EXISTS (${laterDelivery}) THEN 'merged' END AS cancellation
      FROM message delivery
      LEFT JOIN notification_service.notifications entry ON entry.id = delivery.notification_id
      LEFT JOIN notification_service.followed_tasks task
        ON task.workspace_id = entry.workspace_id AND task.task_id = entry.task_id
    ), batch AS (
      SELECT channel_id, min(id::text)::uuid AS id FROM judged WHERE cancellation IS NULL
      GROUP BY channel_id HAVING count(*) > 1
    ), cancelled AS (
      UPDATE notification_service.deliveries delivery
      SET status = 'cancelled', reason = cancellation, next_attempt_at = NULL
      FROM judged WHERE delivery.id = judged.id AND cancellation IS NOT NULL
    ), claimed AS (
      UPDATE notification_service.deliveries delivery SET
        attempts = delivery.attempts + 1,
        next_attempt_at = ${leaseEnd}::timestamptz,
        scheduled_at = ${at}::timestamptz,
        first_attempt_at = coalesce(delivery.first_attempt_at, ${at}::timestamptz),
        batch_id = coalesce(delivery.batch_id, batch.id)
      FROM judged LEFT JOIN batch ON batch.channel_id = judged.channel_id
      WHERE delivery.id = judged.id AND cancellation IS NULL
      RETURNING delivery.id, delivery.attempts, delivery.first_attempt_at, delivery.batch_id
    )
    SELECT judged.id, judged.workspace_id, notification_id, channel_id, channel_kind, judged.kind AS "deliveryKind",
           judged.title, coalesce(claimed.attempts, judged.attempts) AS attempts, judged.created_at, claimed.first_attempt_at,
           judged.traceparent, claimed.batch_id, sealed_target, is_enabled, cancellation, time_zone, quiet_from, quiet_to,
           entry_kind AS kind, task_id, body, due_date, remind_at, is_late, "presentTitle", "presentDue", "presentZone",
           kept.checkpoint
    FROM judged LEFT JOIN claimed ON claimed.id = judged.id
    LEFT JOIN notification_service.settings ON settings.workspace_id = judged.workspace_id
    LEFT JOIN notification_service.audit_checkpoints kept
      ON kept.workspace_id = judged.workspace_id AND entry_kind = 'digest' AND channel_kind = 'email'
    ORDER BY judged.id`.execute(database);
  const byChannel = Map.groupBy(
    rows.filter(({ cancellation }) => cancellation === null),
    ({ channel_id: channelId }) => channelId,
  );
  return {
    claims: [...byChannel.values()].flatMap(([first, ...more]): Claim[] => (first ? [[first, ...more]] : [])),
    cancelled: rows.filter((row): row is CancelledDelivery => row.cancellation !== null),
  };
}

/** Milliseconds until the next delivery of a channel that is not busy is due; null if none is waiting. */
export async function untilNextDelivery(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  busyChannels: string[],
): Promise<number | null> {
  const { rows } = await sql<{ next: string | null }>`${sql.raw(plannedEachTime)}
    SELECT min(next_attempt_at) AS next FROM notification_service.deliveries
    WHERE status = 'waiting' AND channel_id <> ALL (${busyChannels}::uuid[])`.execute(database);
  const next = rows[0]?.next;
  return next ? Date.parse(next) - clock.now().getTime() : null;
}
