import { topics } from '@rondo/shared/contracts/topics';
import { notificationNudgeType, type NotificationNudge } from '@rondo/shared/contracts/notification';
import type { Outbox, OutboxEvent } from '@rondo/shared/messaging/outbox';
import { uuidOfName } from '@rondo/shared/uuid-of-name';

type WaitingNudge = {
  id: number;
  workspace_id: string;
  notification_id: string | null;
  traceparent: string | null;
  changed_at: string;
  unread: number;
};

const destinations = [topics.taskUpdates] as const;

/**
 * `notification_service.outbox` as the relay sees it. What a nudge tells is counted when it is published: one tells of all
 * that happened until then, and a burst of entries is counted once.
 */
export const nudgeOutbox: Outbox = {
  async read(client, limit, heldBack) {
    const { rows } = await client.query<WaitingNudge>({
      text: `SELECT id, workspace_id, notification_id, traceparent, changed_at, (
               SELECT count(*) FROM notification_service.notifications entry
               WHERE entry.workspace_id = waiting.workspace_id AND read_at IS NULL AND dismissed_at IS NULL
                 AND snoozed_until IS NULL
             ) AS unread
             FROM notification_service.outbox waiting WHERE workspace_id <> ALL ($2::uuid[]) ORDER BY id LIMIT $1`,
      values: [limit, heldBack],
    });
    return rows.map((row) => toOutboxEvent(row));
  },

  async remove(client, ids) {
    // A row that is locked is being replaced by a later nudge: it stays, and nobody waits for it.
    await client.query({
      name: 'nudges-remove',
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
