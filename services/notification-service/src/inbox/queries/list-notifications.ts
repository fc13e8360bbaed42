import { sql, type Kysely, type RawBuilder } from 'kysely';
import { Type, type Static } from 'typebox';
import { NotificationStatus, type NotificationPage } from '@rondo/shared/contracts/notification';
import { Cursor, PageLimit, PageOffset } from '@rondo/shared/contracts/scalars';
import { TaskReferenceWithoutExample } from '@rondo/shared/contracts/task-reference';
import { byTime, defineCursor } from '@rondo/shared/http/cursor';
import { plannedEachTime } from '@rondo/shared/database/database';
import { cutByBytes, hasMoreRows, withoutCut, type CutColumns } from '@rondo/shared/database/page-bytes';
import type { NotificationContext } from '../../context.ts';
import type { Tables } from '../../store/tables.ts';
import { isUnread } from '../../store/settled-entries.ts';
import { idOfTask } from '../store/id-of-task.ts';
import { shownColumns, statusOf, toNotification, type ShownRow } from '../store/shown-notification.ts';

export const InboxQuery = Type.Object(
  {
    unread: Type.Boolean({ default: false, description: 'only unread notifications' }),
    status: Type.Optional(NotificationStatus),
    task_id: Type.Optional(TaskReferenceWithoutExample),
    limit: PageLimit,
    offset: PageOffset,
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
);
export type InboxQuery = Static<typeof InboxQuery>;

const inboxCursor = defineCursor('inbox', byTime);

type InboxCounts = { total: number; unread: number };
type FoundRow = ShownRow & InboxCounts & CutColumns;
/** An empty page is one row of counts without a notification. */
type PageRow = InboxCounts & { [column in keyof ShownRow]: ShownRow[column] | null };

/** A notification's size as JSON, in bytes. Ids, times and names take less than 1,000. */
const size = sql`octet_length(to_json(title)::text) + octet_length(to_json(body)::text) + 1000`;
const newestFirst = sql`appeared_at DESC, id DESC`;

const inboxOf = (workspaceId: string) => sql`
  notification_service.notifications AS notification
  WHERE workspace_id = ${workspaceId} AND dismissed_at IS NULL AND snoozed_until IS NULL`;

const unread = sql.raw(isUnread('notification'));

const countsOf = (inbox: RawBuilder<unknown>, matching: RawBuilder<unknown>) => sql`
  SELECT count(*) FILTER (WHERE ${matching}) AS total, count(*) FILTER (WHERE ${unread}) AS unread
  FROM ${inbox}`;

/**
 * A page of the inbox, the latest first, without dismissed and snoozed notifications: at most `limit` and 1 MiB. Page and counts
 * come from one statement, so that they agree.
 */
export async function listNotifications(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  { limit, offset, cursor, ...filter }: InboxQuery,
): Promise<NotificationPage> {
  const inbox = inboxOf(workspaceId);
  const matching = conditionOf(workspaceId, filter);
  const last = cursor === undefined ? undefined : inboxCursor.decode(cursor);
  const after = last ? sql`(appeared_at, id) < (${last.at}::timestamptz, ${last.id}::uuid)` : sql`true`;
  const notifications = sql`
    SELECT ${shownColumns('notification')} FROM ${inbox} AND ${matching} AND ${after}
    ORDER BY ${newestFirst} LIMIT ${limit} OFFSET ${cursor === undefined ? offset : 0}`;
  const { rows } = await sql<PageRow | FoundRow>`${sql.raw(plannedEachTime)}
    SELECT counted.total, counted.unread, cut.*, ${statusOf('cut')} AS status
    FROM (${countsOf(inbox, matching)}) counted LEFT JOIN (${cutByBytes(notifications, { order: newestFirst, size })}) cut ON true
    ORDER BY ${newestFirst}`.execute(database);
  const counts = { total: rows[0]?.total ?? 0, unread: rows[0]?.unread ?? 0 };
  const page = rows.filter((row): row is FoundRow => row.id !== null);
  const end = hasMoreRows(page, limit) ? page.at(-1) : undefined;
  return {
    notifications: page.map(({ total: _total, unread: _unread, ...row }) => toNotification(withoutCut(row))),
    total: counts.total,
    unread: counts.unread,
    next_cursor: end ? inboxCursor.encode({ at: end.appeared_at, id: end.id }) : null,
  };
}

function conditionOf(
  workspaceId: string,
  { unread: isUnreadOnly, status, task_id: task }: Pick<InboxQuery, 'unread' | 'status' | 'task_id'>,
) {
  const conditions = [
    ...(isUnreadOnly ? [unread] : []),
    ...(status === undefined ? [] : [sql`${statusOf('notification')} = ${status}`]),
    ...(task === undefined ? [] : [sql`task_id = ${idOfTask(workspaceId, task)}`]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` AND `);
}

/** How many notifications are in the inbox, and how many of them are unread. */
export async function countInbox(database: Kysely<Tables>, workspaceId: string): Promise<InboxCounts> {
  const { rows } =
    await sql<InboxCounts>`${sql.raw(plannedEachTime)} ${countsOf(inboxOf(workspaceId), sql`true`)}`.execute(
      database,
    );
  return rows[0] ?? { total: 0, unread: 0 };
}
