import { sql, type Kysely, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import type { Notification, NotificationPage } from '@rondo/shared/contracts/notification';
import { Cursor } from '@rondo/shared/contracts/scalars';
import { byTime, defineCursor } from '@rondo/shared/http/cursor';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { NotificationContext } from '../../context.ts';
import type { NotificationRow, Tables } from '../../store/tables.ts';

export const InboxQuery = Type.Object(
  {
    unread: Type.Boolean({ default: false, description: 'only unread notifications' }),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
);
export type InboxQuery = Static<typeof InboxQuery>;

const inboxCursor = defineCursor('inbox', byTime);

type InboxCounts = { total: number; unread: number };
type PageRow = InboxCounts & { [column in keyof NotificationRow]: NotificationRow[column] | null };

const inboxOf = (workspaceId: string) =>
  sql`workspace_id = ${workspaceId} AND dismissed_at IS NULL AND snoozed_until IS NULL`;

const countsOf = (inbox: RawBuilder<unknown>) => sql`
  SELECT count(*) AS total, count(*) FILTER (WHERE read_at IS NULL) AS unread
  FROM notification_service.notifications WHERE ${inbox}`;

/**
 * A page of the inbox, the latest first, without dismissed and snoozed notifications. Page and counts come from one
 * statement, so that they agree.
 */
export async function listNotifications(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  { unread, limit, offset, cursor }: InboxQuery,
): Promise<NotificationPage> {
  const inbox = inboxOf(workspaceId);
  const matching = unread ? sql`${inbox} AND read_at IS NULL` : inbox;
  const last = cursor === undefined ? undefined : inboxCursor.decode(cursor);
  const after = last ? sql`(appeared_at, id) < (${last.at}::timestamptz, ${last.id}::uuid)` : sql`true`;
  const { rows } = await sql<PageRow>`${sql.raw(plannedEachTime)}
    SELECT counted.total, counted.unread, page.*
    FROM (${countsOf(inbox)}) counted LEFT JOIN (
      SELECT * FROM notification_service.notifications WHERE ${matching} AND ${after}
      ORDER BY appeared_at DESC, id DESC LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}
    ) page ON true
    ORDER BY appeared_at DESC, id DESC`.execute(database);
  const counts = { total: rows[0]?.total ?? 0, unread: rows[0]?.unread ?? 0 };
  // An empty page is one row of counts without a notification.
  const page = rows
    .filter((row): row is NotificationRow & InboxCounts => row.id !== null)
    .map(({ total: _total, unread: _unread, ...row }) => row);
  const end = page.length === limit ? page.at(-1) : undefined;
  return {
    notifications: page.map((row) => toNotification(row)),
    total: unread ? counts.unread : counts.total,
    unread: counts.unread,
    next_cursor: end ? inboxCursor.encode({ at: end.appeared_at, id: end.id }) : null,
  };
}

/** How many notifications are in the inbox, and how many of them are unread. */
export async function countInbox(database: Kysely<Tables>, workspaceId: string): Promise<InboxCounts> {
  const { rows } =
    await sql<InboxCounts>`${sql.raw(plannedEachTime)} ${countsOf(inboxOf(workspaceId))}`.execute(database);
  return rows[0] ?? { total: 0, unread: 0 };
}

/** A row as the API shows it: without the column that only orders the inbox. */
export function toNotification({ appeared_at: _appearedAt, ...notification }: NotificationRow): Notification {
  return notification;
}
