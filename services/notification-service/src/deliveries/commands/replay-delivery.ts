import { sql } from 'kysely';
import type { Delivery } from '@rondo/shared/contracts/notification';
import { AppError, notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import type { DeliveryRow } from '../../store/tables.ts';
import { countManualSend } from '../store/count-manual-send.ts';
import { toDelivery } from '../queries/list-deliveries.ts';

/**
 * Sends a sent or failed delivery again now, with a new count of attempts. A waiting delivery is left unchanged. The message
 * keeps its id: a receiver that already has it may ignore it.
 * @throws AppError 404; 409 for an in-app delivery, which is never sent; 403 `quota-exceeded`
 */
export async function replayDelivery(
  ctx: NotificationContext,
  workspaceId: string,
  id: string,
): Promise<Delivery> {
  const { database, wake, clock, log } = ctx;
  const known = await database
    .selectFrom('notification_service.deliveries')
    .select('status')
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  if (known && known.status !== 'waiting') await countManualSend(ctx, workspaceId);
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
    log.info({ workspace_id: workspaceId, delivery_id: id }, 'a delivery is replayed');
    return toDelivery(row);
  }
  const inApp = await database
    .selectFrom('notification_service.notifications')
    .select('id')
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  if (!inApp) throw notFound('delivery');
  throw new AppError(
    'not-replayable',
    'An in-app delivery cannot be replayed: its notification is already in the inbox.',
    { status: 409 },
  );
}
