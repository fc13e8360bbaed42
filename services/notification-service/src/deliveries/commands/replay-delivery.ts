import { sql } from 'kysely';
import type { Delivery } from '@rondo/shared/contracts/notification';
import { AppError, notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import type { DeliveryRow } from '../../store/tables.ts';
import { toDelivery } from '../queries/to-delivery.ts';

/**
 * Has a delivery that was sent, or that failed, tried again from the beginning, at once. One that waits is left as it is.
 * The message keeps its id: a receiver that has it may ignore it.
 * @throws AppError 404; 409 for one in the app, which has nowhere to go
 */
export async function replayDelivery(
  { database, wake, clock, log }: NotificationContext,
  workspaceId: string,
  id: string,
): Promise<Delivery> {
  const { rows } = await sql<DeliveryRow>`
    UPDATE notification_service.deliveries SET
      status = 'waiting',
      next_attempt_at = coalesce(next_attempt_at, ${clock.now().toISOString()}::timestamptz),
      attempts = CASE WHEN status = 'waiting' THEN attempts ELSE 0 END,
      first_attempt_at = CASE WHEN status = 'waiting' THEN first_attempt_at END,
      reason = CASE WHEN status = 'waiting' THEN reason END,
      sent_at = NULL
    WHERE id = ${id} AND workspace_id = ${workspaceId} RETURNING *`.execute(database);
  const [row] = rows;
  if (row) {
    wake.deliveries();
    log.info({ workspace_id: workspaceId, delivery_id: id }, 'a delivery is tried again');
    return toDelivery(row);
  }
  const inApp = await database
    .selectFrom('notification_service.notifications')
    .select('id')
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  if (!inApp) throw notFound('delivery');
  throw new AppError('not-replayable', 'What is in the inbox is there already.', { status: 409 });
}
