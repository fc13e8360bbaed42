import { sql } from 'kysely';
import { Type, type Static } from 'typebox';
import { DeliveryStatus, type DeliveryPage } from '@rondo/shared/contracts/notification';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { decodeCursor, encodeCursor } from '@rondo/shared/runtime/cursor';
import type { NotificationContext } from '../context.ts';
import type { DeliveryRow } from '../tables.ts';
import { toDelivery } from '../to-delivery.ts';

export const DeliveryQuery = Type.Object(
  {
    notification_id: Type.Optional(Uuid),
    status: Type.Optional(DeliveryStatus),
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
export type DeliveryQuery = Static<typeof DeliveryQuery>;

const order = 'deliveries';

/** A page of what became of notifications on their channels, the newest first. */
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
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, order, 2);
  const after = cursor === undefined ? sql`true` : sql`(created_at, id) < (${at}::timestamptz, ${id}::uuid)`;
  const { rows } = await sql<DeliveryRow>`
    SELECT * FROM notification_service.deliveries WHERE ${matching} AND ${after}
    ORDER BY created_at DESC, id DESC LIMIT ${limit}`.execute(database);
  const counted = await sql<{ total: number }>`
    SELECT count(*) AS total FROM notification_service.deliveries WHERE ${matching}`.execute(database);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    deliveries: rows.map((row) => toDelivery(row)),
    total: counted.rows[0]?.total ?? 0,
    next_cursor: last ? encodeCursor(order, [last.created_at, last.id]) : null,
  };
}
