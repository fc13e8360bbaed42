import { sql, type Kysely } from 'kysely';
import { Type, type Static } from 'typebox';
import type { Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import { decodeCursor, encodeCursor } from '@rondo/shared/runtime/cursor';
import type { NotificationContext } from '../context.ts';
import { toNotification } from '../to-notification.ts';
import type { NotificationRow, Tables } from '../tables.ts';

export const InboxQuery = Type.Object(
  {
    unread: Type.Boolean({ default: false, description: 'only those that are unread' }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
export type InboxQuery = Static<typeof InboxQuery>;

const order = 'inbox';

/** A page of the inbox, what appeared last first. Dismissed and snoozed entries are out of it, and not counted. */
export async function listNotifications(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  { unread, limit, offset, cursor }: InboxQuery,
): Promise<NotificationPage> {
  const inbox = sql`workspace_id = ${workspaceId} AND dismissed_at IS NULL AND snoozed_until IS NULL`;
  const matching = unread ? sql`${inbox} AND read_at IS NULL` : inbox;
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, order, 2);
  const after = cursor === undefined ? sql`true` : sql`(appeared_at, id) < (${at}::timestamptz, ${id}::uuid)`;
  const { rows } = await sql<NotificationRow>`
    SELECT * FROM notification_service.notifications WHERE ${matching} AND ${after}
    ORDER BY appeared_at DESC, id DESC LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}`.execute(
    database,
  );
  const counts = await countInbox(database, workspaceId);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    notifications: rows.map((row) => toNotification(row)),
    total: unread ? counts.unread : counts.total,
    unread: counts.unread,
    next_cursor: last ? encodeCursor(order, [last.appeared_at, last.id]) : null,
  };
}

/** How many entries are in the inbox, and how many of them are unread. */
export async function countInbox(
  database: Kysely<Tables>,
  workspaceId: string,
): Promise<{ total: number; unread: number }> {
  const { rows } = await sql<{ total: number; unread: number }>`
    SELECT count(*) AS total, count(*) FILTER (WHERE read_at IS NULL) AS unread
    FROM notification_service.notifications
    WHERE workspace_id = ${workspaceId} AND dismissed_at IS NULL AND snoozed_until IS NULL`.execute(database);
  return rows[0] ?? { total: 0, unread: 0 };
}

/** One entry of a workspace, wherever it is: in the inbox, dismissed or snoozed. */
export async function findNotification(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<Notification | undefined> {
  const row = await database
    .selectFrom('notification_service.notifications')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row && toNotification(row);
}
