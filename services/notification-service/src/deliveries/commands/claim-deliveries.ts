import { sql } from 'kysely';
import type { ChannelKind } from '@rondo/shared/contracts/notification';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { QuietColumns } from '../../channels/domain/quiet-hours-of.ts';
import type { NotificationContext } from '../../context.ts';
import type { MessageSource } from '../domain/message.ts';

/** A delivery that is one's own until its lease ends, with all that sending it takes. */
export type ClaimedDelivery = QuietColumns &
  MessageSource & {
    channel_id: string;
    channel_kind: ChannelKind;
    attempts: number;
    first_attempt_at: string;
    /** Both null where the channel was removed. */
    sealed_target: string | null;
    is_enabled: boolean | null;
    /** Of the reminder, where there was one and it is known. */
    traceparent: string | null;
  };

/** Longer than any channel takes to answer: what is not recorded by then was lost with its process. */
const leaseMs = 60_000;
/** So many of those that are due first are looked at, to find some of different channels. */
const lookedAt = 200;

/**
 * Claims deliveries that are due, one a channel and none of the `busy` channels, the longest due first. The claim is
 * committed: it counts as an attempt, and when nobody records what became of it the delivery is due again after its lease.
 */
export async function claimDeliveries(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  { limit, busy }: { limit: number; busy: string[] },
): Promise<ClaimedDelivery[]> {
  const now = clock.now();
  const at = now.toISOString();
  const leaseEnd = new Date(now.getTime() + leaseMs).toISOString();
  const { rows } = await sql<ClaimedDelivery>`${sql.raw(plannedEachTime)}
    WITH due AS (
      SELECT id, channel_id, next_attempt_at FROM notification_service.deliveries
      WHERE status = 'waiting' AND next_attempt_at <= ${at}::timestamptz AND channel_id <> ALL (${busy}::uuid[])
      ORDER BY next_attempt_at LIMIT ${lookedAt} FOR UPDATE SKIP LOCKED
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
           entry.kind, entry.task_id, entry.body, entry.due_date, entry.remind_at, entry.is_late
    FROM claimed LEFT JOIN notification_service.channels channel ON channel.id = channel_id
    LEFT JOIN notification_service.settings ON settings.workspace_id = claimed.workspace_id
    LEFT JOIN notification_service.notifications entry ON entry.id = notification_id`.execute(database);
  return rows;
}

/** Milliseconds until the next delivery of a channel that is not busy is due; null when none waits. */
export async function untilNextDelivery(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  busy: string[],
): Promise<number | null> {
  const { rows } = await sql<{ next: string | null }>`${sql.raw(plannedEachTime)}
    SELECT min(next_attempt_at) AS next FROM notification_service.deliveries
    WHERE status = 'waiting' AND channel_id <> ALL (${busy}::uuid[])`.execute(database);
  const next = rows[0]?.next;
  return next ? Date.parse(next) - clock.now().getTime() : null;
}
