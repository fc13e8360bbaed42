import { sql, type Kysely, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import type { Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import { decodeCursor, encodeCursor } from '@rondo/shared/http/cursor';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { NotificationContext } from '../../context.ts';
import { toNotification } from './to-notification.ts';
import type { NotificationRow, Tables } from '../../store/tables.ts';

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

type PageRow = { [column in keyof NotificationRow]: NotificationRow[column] | null };

/**
 * A page of the inbox, what appeared last first. Dismissed and snoozed entries are out of it, and not counted. Page and counts
 * are of one moment.
 */
export async function listNotifications(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  { unread, limit, offset, cursor }: InboxQuery,
): Promise<NotificationPage> {
  const inbox = inboxOf(workspaceId);
  const matching = unread ? sql`${inbox} AND read_at IS NULL` : inbox;
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, order, 2);
  const after = cursor === undefined ? sql`true` : sql`(appeared_at, id) < (${at}::timestamptz, ${id}::uuid)`;
  const { rows } = await sql<PageRow & InboxCounts>`${sql.raw(plannedEachTime)}
    SELECT counted.total, counted.unread, page.*
    FROM (${countsOf(inbox)}) counted LEFT JOIN (
      SELECT * FROM notification_service.notifications WHERE ${matching} AND ${after}
      ORDER BY appeared_at DESC, id DESC LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}
    ) page ON true
    ORDER BY appeared_at DESC, id DESC`.execute(database);
  const counts = { total: rows[0]?.total ?? 0, unread: rows[0]?.unread ?? 0 };
  const page = rows
    .filter((row): row is NotificationRow & InboxCounts => row.id !== null)
    .map(({ total: _total, unread: _unread, ...row }) => row);
  const last = page.length === limit ? page.at(-1) : undefined;
  return {
    notifications: page.map((row) => toNotification(row)),
    total: unread ? counts.unread : counts.total,
    unread: counts.unread,
    next_cursor: last ? encodeCursor(order, [last.appeared_at, last.id]) : null,
  };
}

type InboxCounts = { total: number; unread: number };

const inboxOf = (workspaceId: string) =>
  sql`workspace_id = ${workspaceId} AND dismissed_at IS NULL AND snoozed_until IS NULL`;

const countsOf = (inbox: RawBuilder<unknown>) => sql`
  SELECT count(*) AS total, count(*) FILTER (WHERE read_at IS NULL) AS unread
  FROM notification_service.notifications WHERE ${inbox}`;

/** How many entries are in the inbox, and how many of them are unread. */
export async function countInbox(database: Kysely<Tables>, workspaceId: string): Promise<InboxCounts> {
  const { rows } =
    await sql<InboxCounts>`${sql.raw(plannedEachTime)} ${countsOf(inboxOf(workspaceId))}`.execute(database);
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
