import { sql } from 'kysely';
import type { Delivery } from '@rondo/shared/contracts/notification';
import { AppError, notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import type { DeliveryRow } from '../../store/tables.ts';
import { countManualSend } from '../store/count-manual-send.ts';
import { deliveryColumns, toDelivery } from '../queries/list-deliveries.ts';

/**
 * Sends a delivery that no longer waits again now, with a new count of attempts. A waiting delivery is left unchanged. The
 * message keeps its id: a receiver that already has it may ignore it. It is cancelled if its task is done or deleted.
 * @throws AppError 404; 409 for an in-app delivery, which is never sent, and for a confirmation, which is limited by day; 403 `quota-exceeded`
 */
export async function replayDelivery(
  ctx: NotificationContext,
  workspaceId: string,
  id: string,
): Promise<Delivery> {
  const { database, wake, clock, log } = ctx;
  const known = await database
    .selectFrom('notification_service.deliveries')
    .select(['status', 'kind'])
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  // Else people could have many e-mails sent to an address that isn't theirs.
  if (known?.kind === 'confirmation')
    throw new AppError(
      'not-replayable',
      'A confirmation e-mail cannot be replayed. Add the address again to get a new one.',
      { status: 409 },
    );
  if (known && known.status !== 'waiting') await countManualSend(ctx, workspaceId);
  const at = clock.now().toISOString();
  const { rows } = await sql<DeliveryRow>`
    UPDATE notification_service.deliveries SET
      status = 'waiting',
      next_attempt_at = coalesce(next_attempt_at, ${at}::timestamptz),
      scheduled_at = CASE WHEN status = 'waiting' THEN scheduled_at ELSE ${at}::timestamptz END,
      attempts = CASE WHEN status = 'waiting' THEN attempts ELSE 0 END,
      first_attempt_at = CASE WHEN status = 'waiting' THEN first_attempt_at END,
      reason = CASE WHEN status = 'waiting' THEN reason END,
      is_held = CASE WHEN status = 'waiting' THEN is_held ELSE false END,
      batch_id = CASE WHEN status = 'waiting' THEN batch_id END,
      replayed_at = CASE WHEN status = 'waiting' THEN replayed_at ELSE ${at}::timestamptz END,
      sent_at = NULL, outcome = NULL
    WHERE id = ${id} AND workspace_id = ${workspaceId}
    RETURNING ${deliveryColumns}`.execute(database);
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
