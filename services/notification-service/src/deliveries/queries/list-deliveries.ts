import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { DeliveryStatus, type Delivery, type DeliveryPage } from '@rondo/shared/contracts/notification';
import { Cursor, PageLimit, Uuid } from '@rondo/shared/contracts/scalars';
import { byTime, defineCursor } from '@rondo/shared/http/cursor';
import { plannedEachTime } from '@rondo/shared/database/database';
import { cutByBytes, hasMoreRows, withoutCut, type CutColumns } from '@rondo/shared/database/page-bytes';
import type { NotificationContext } from '../../context.ts';
import type { DeliveryRow } from '../../store/tables.ts';

export const DeliveryQuery = Type.Object(
  {
    notification_id: Type.Optional(Uuid),
    status: Type.Optional(DeliveryStatus),
    limit: PageLimit,
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
);
export type DeliveryQuery = Static<typeof DeliveryQuery>;

const deliveryCursor = defineCursor('deliveries', byTime);

/** Each notification counts as one in-app delivery, sent when the notification was created. */
const inApp = sql`
  SELECT id, workspace_id, id AS notification_id, NULL::uuid AS channel_id, 'in_app' AS channel_kind, title,
         'sent' AS status, 1 AS attempts, NULL AS reason, created_at, created_at AS first_attempt_at,
         created_at AS last_attempt_at, NULL::timestamptz AS next_attempt_at, created_at AS sent_at,
         'confirmed' AS outcome
  FROM notification_service.notifications`;
/** The columns of `toDelivery`, in the order of `inApp`. */
export const deliveryColumns = sql`
  id, workspace_id, notification_id, channel_id, channel_kind, title, status, attempts, reason, created_at, first_attempt_at,
  last_attempt_at, next_attempt_at, sent_at, outcome`;
const onChannels = sql`SELECT ${deliveryColumns} FROM notification_service.deliveries`;

/** A delivery's size as JSON, in bytes. Ids, times and names take less than 1,000. */
const size = sql`octet_length(to_json(title)::text) + coalesce(octet_length(to_json(reason)::text), 4) + 1000`;
const newestFirst = sql`created_at DESC, id DESC`;

/** A page of deliveries, in the app and on channels, newest first: at most `limit` and 1 MiB. */
export async function listDeliveries(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  { notification_id: notificationId, status, limit, cursor }: DeliveryQuery,
): Promise<DeliveryPage> {
  const matching = sql.join(
    [
      sql`workspace_id = ${workspaceId}`,
      ...(notificationId === undefined ? [] : [sql`notification_id = ${notificationId}`]),
      ...(status === undefined ? [] : [sql`status = ${status}`]),
    ],
    sql` AND `,
  );
  const last = cursor === undefined ? undefined : deliveryCursor.decode(cursor);
  const after = last ? sql`(created_at, id) < (${last.at}::timestamptz, ${last.id}::uuid)` : sql`true`;
  // Each half selects a full page by its own index, so that neither is read as a whole.
  const page = (half: typeof inApp) => sql`
    (SELECT * FROM (${half}) half WHERE ${matching} AND ${after} ORDER BY ${newestFirst} LIMIT ${limit})`;
  const deliveries = sql`${page(inApp)} UNION ALL ${page(onChannels)} ORDER BY ${newestFirst} LIMIT ${limit}`;
  const { rows } = await sql<DeliveryRow & CutColumns>`${sql.raw(plannedEachTime)}
    ${cutByBytes(deliveries, { order: newestFirst, size })}`.execute(database);
  const counted = await sql<{ total: number }>`${sql.raw(plannedEachTime)}
    SELECT count(*) AS total FROM (${inApp} UNION ALL ${onChannels}) both_halves WHERE ${matching}`.execute(
    database,
  );
  const end = hasMoreRows(rows, limit) ? rows.at(-1) : undefined;
  return {
    deliveries: rows.map((row) => toDelivery(withoutCut(row))),
    total: counted.rows[0]?.total ?? 0,
    next_cursor: end ? deliveryCursor.encode({ at: end.created_at, id: end.id }) : null,
  };
}

/** A row as the API shows it. */
export function toDelivery({
  workspace_id: _workspaceId,
  first_attempt_at: _firstAttemptAt,
  ...delivery
}: DeliveryRow): Delivery {
  return delivery;
}
