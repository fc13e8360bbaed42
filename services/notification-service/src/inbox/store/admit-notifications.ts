import { sql, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Tables } from '../../store/tables.ts';
import { maxNotificationsOfDay, noticeOfFullInbox } from '../domain/full-inbox.ts';
import type { NewNotification } from '../domain/notification.ts';

type Fresh = { id: string; workspace_id: string; arrived: number };

export type Admission = {
  /** Those to add, and a notice for each inbox that is full. */
  admitted: NewNotification[];
  /** Those that are too many. */
  refused: NewNotification[];
};

/**
 * Counts new notifications in the given transaction, and admits those within the quota of the day. A repeated one is neither: it is
 * in the inbox, or its id is among those of handled events, because it was refused, or removed from an inbox with too many.
 */
export async function admitNotifications(
  trx: Transaction<Tables>,
  notifications: NewNotification[],
  now: Date,
): Promise<Admission> {
  const day = now.toISOString().slice(0, 10);
  const given = notifications.map(({ id, workspace_id }) => ({ id, workspace_id }));
  const { rows } = await sql<Fresh>`${sql.raw(plannedEachTime)}
    WITH fresh AS MATERIALIZED (
      SELECT DISTINCT id, workspace_id FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (id uuid, workspace_id uuid)
      WHERE NOT EXISTS (SELECT FROM notification_service.notifications known WHERE known.id = given.id)
        AND NOT EXISTS (SELECT FROM notification_service.inbox WHERE event_id = given.id)
    ), counted AS (
      INSERT INTO notification_service.inboxes AS known (workspace_id, day, arrived, unchecked)
      SELECT workspace_id, ${day}::date, count(*), count(*) FROM fresh GROUP BY workspace_id ORDER BY workspace_id
      ON CONFLICT (workspace_id) DO UPDATE SET
        day = excluded.day,
        arrived = CASE WHEN known.day = excluded.day THEN known.arrived ELSE 0 END + excluded.arrived,
        unchecked = known.unchecked + excluded.unchecked
      RETURNING workspace_id, arrived
    )
    SELECT id, workspace_id, arrived FROM fresh JOIN counted USING (workspace_id)`.execute(trx);
  const places = new Map<string, number>();
  for (const [workspaceId, ofWorkspace] of Map.groupBy(rows, ({ workspace_id: id }) => id)) {
    const before = (ofWorkspace[0]?.arrived ?? 0) - ofWorkspace.length;
    places.set(workspaceId, maxNotificationsOfDay - before);
  }
  const byId = new Map(notifications.map((notification) => [notification.id, notification]));
  const admitted: NewNotification[] = [];
  const refused: NewNotification[] = [];
  for (const { id, workspace_id: workspaceId } of rows) {
    const place = places.get(workspaceId) ?? 0;
    places.set(workspaceId, place - 1);
    const notification = byId.get(id);
    if (notification) (place > 0 ? admitted : refused).push(notification);
  }
  const full = new Set(refused.map(({ workspace_id: workspaceId }) => workspaceId));
  for (const workspaceId of full) admitted.push(noticeOfFullInbox(workspaceId, day, now));
  if (refused.length > 0)
    await sql`
      INSERT INTO notification_service.inbox (event_id)
      SELECT id FROM unnest(${refused.map(({ id }) => id)}::uuid[]) AS id ORDER BY id
      ON CONFLICT (event_id) DO NOTHING`.execute(trx);
  return { admitted, refused };
}
