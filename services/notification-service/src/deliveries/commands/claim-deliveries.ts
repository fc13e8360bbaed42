import { sql } from 'kysely';
import type { ChannelKind } from '@rondo/shared/contracts/notification';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { QuietColumns } from '../../channels/domain/quiet-hours.ts';
import type { NotificationContext } from '../../context.ts';
import type { MessageSource } from '../domain/message.ts';

/** A delivery that this process may send until its lease ends, with everything that sending needs. */
export type ClaimedDelivery = QuietColumns &
  MessageSource & {
    channel_id: string;
    channel_kind: ChannelKind;
    attempts: number;
    first_attempt_at: string;
    /** Null, like `is_enabled`, if the channel was removed. */
    sealed_target: string | null;
    is_enabled: boolean | null;
    /** The trace of the reminder, if it is known. */
    traceparent: string | null;
  };

/** Longer than any channel's timeout: if no outcome is recorded by then, the process died. */
const leaseMs = 60_000;
/** How many due deliveries are read in search of different channels. */
const maxCandidates = 200;

/**
 * Claims due deliveries, the longest due first, at most one per channel and none of a busy channel. The claim is committed and
 * counts as an attempt. If no outcome is recorded, the delivery is due again when its lease ends.
 */
export async function claimDeliveries(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  { limit, busyChannels }: { limit: number; busyChannels: string[] },
): Promise<ClaimedDelivery[]> {
  const now = clock.now();
  const at = now.toISOString();
  const leaseEnd = new Date(now.getTime() + leaseMs).toISOString();
  const { rows } = await sql<ClaimedDelivery>`${sql.raw(plannedEachTime)}
    WITH due AS (
      SELECT id, channel_id, next_attempt_at FROM notification_service.deliveries
      WHERE status = 'waiting' AND next_attempt_at <= ${at}::timestamptz AND channel_id <> ALL (${busyChannels}::uuid[])
      ORDER BY next_attempt_at LIMIT ${maxCandidates} FOR UPDATE SKIP LOCKED
    ), chosen AS (
      SELECT id FROM (SELECT DISTINCT ON (channel_id) * FROM due ORDER BY channel_id, next_attempt_at, id) first
      ORDER BY next_attempt_at LIMIT ${limit}
    ), claimed AS (
      UPDATE notification_service.deliveries delivery SET
        attempts = attempts + 1,
        next_attempt_at = ${leaseEnd}::timestamptz,
        first_attempt_at = coalesce(first_attempt_at, ${at}::timestamptz)
      FROM chosen WHERE delivery.id = chosen.id RETURNING delivery.*
    )
    SELECT claimed.id, claimed.workspace_id, notification_id, channel_id, channel_kind, claimed.title, attempts,
           claimed.created_at, first_attempt_at, claimed.traceparent, sealed_target, is_enabled, time_zone, quiet_from, quiet_to,
           notification.kind, notification.task_id, notification.body, notification.due_date, notification.remind_at,
           notification.is_late
    FROM claimed LEFT JOIN notification_service.channels channel ON channel.id = channel_id
    LEFT JOIN notification_service.settings ON settings.workspace_id = claimed.workspace_id
    LEFT JOIN notification_service.notifications notification ON notification.id = notification_id`.execute(
    database,
  );
  return rows;
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
