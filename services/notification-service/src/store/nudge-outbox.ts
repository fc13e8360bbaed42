import { sql, type RawBuilder } from 'kysely';
import { topics } from '@rondo/shared/contracts/topics';
import { notificationNudgeType, type NotificationNudge } from '@rondo/shared/contracts/notification';
import type { Outbox, OutboxEvent } from '@rondo/shared/messaging/outbox';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import { isUnreadInInbox } from './settled-entries.ts';

type WaitingNudge = {
  id: number;
  workspace_id: string;
  notification_id: string | null;
  traceparent: string | null;
  changed_at: string;
  unread: number;
};

const destinations = [topics.notificationUpdates] as const;

/**
 * Ends a statement `WITH changed AS (…)`, whose rows (`id`, `workspace_id`) are changed notifications: inserts one nudge for
 * each workspace, or replaces the one that is still waiting. Locks rows in the order of their workspaces.
 * @param traceparents by workspace
 */
export function insertNudges(
  traceparents: Record<string, string | undefined>,
  now: Date,
): RawBuilder<unknown> {
  return sql`
    INSERT INTO notification_service.outbox AS waiting
      (workspace_id, notification_id, traceparent, changed_at, waiting_since)
    SELECT workspace_id, CASE WHEN count(*) = 1 THEN min(id::text)::uuid END,
           ${JSON.stringify(traceparents)}::json ->> workspace_id::text, ${now.toISOString()}::timestamptz,
           ${now.toISOString()}::timestamptz
    FROM changed GROUP BY workspace_id ORDER BY workspace_id
    ON CONFLICT (workspace_id) DO UPDATE SET
      id = DEFAULT,
      notification_id = CASE WHEN waiting.notification_id = excluded.notification_id THEN excluded.notification_id END,
      traceparent = excluded.traceparent,
      changed_at = excluded.changed_at`;
}

/**
 * The outbox of nudges, for the relay. Unread notifications are counted when a nudge is published, so that a burst of changes
 * is counted once. Each workspace has one nudge at most, so there are no turns.
 */
export const nudgeOutbox: Outbox = {
  async read(client, { limit, heldBack, after }) {
    if (after !== undefined) return [];
    const { rows } = await client.query<WaitingNudge>({
      text: `SELECT id, workspace_id, notification_id, traceparent, changed_at, (
               SELECT count(*) FROM notification_service.notifications notification
               WHERE notification.workspace_id = waiting.workspace_id AND ${isUnreadInInbox('notification')}
             ) AS unread
             FROM notification_service.outbox waiting WHERE workspace_id <> ALL ($2::uuid[]) ORDER BY id LIMIT $1`,
      values: [limit, heldBack],
    });
    return rows.map((row) => toOutboxEvent(row));
  },

  async remove(client, ids) {
    // A locked row is being replaced by a later nudge: skip it instead of waiting.
    await client.query({
      text: `DELETE FROM notification_service.outbox WHERE workspace_id IN (
               SELECT workspace_id FROM notification_service.outbox WHERE id = ANY ($1::bigint[]) FOR UPDATE SKIP LOCKED
             ) AND id = ANY ($1::bigint[])`,
      values: [ids],
    });
  },

  async backlog(client) {
    const { rows } = await client.query<{ events: number; oldest: string | null }>(
      'SELECT count(*) AS events, min(waiting_since) AS oldest FROM notification_service.outbox',
    );
    return rows[0] ?? { events: 0, oldest: null };
  },
};

function toOutboxEvent(row: WaitingNudge): OutboxEvent {
  const nudge: NotificationNudge = {
    event_id: uuidOfName(row.workspace_id, `nudge ${row.id}`),
    event_type: 'notification-changed',
    schema_version: '1.0',
    timestamp: row.changed_at,
    workspace_id: row.workspace_id,
    notification_id: row.notification_id,
    unread: row.unread,
  };
  return {
    id: row.id,
    event_id: nudge.event_id,
    partitionKey: row.workspace_id,
    type: notificationNudgeType,
    time: row.changed_at,
    body: JSON.stringify(nudge),
    traceparent: row.traceparent,
    topics: destinations,
  };
}
