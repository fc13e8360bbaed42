import { sql, type Kysely } from 'kysely';
import type { Delivery } from '@rondo/shared/contracts/notification';
import { AppError, notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { runOnce } from '../../store/run-once.ts';
import type { DeliveryRow, Tables } from '../../store/tables.ts';
import { countManualSend } from '../store/count-manual-send.ts';
import { deliveryColumns, toDelivery } from '../queries/list-deliveries.ts';

/**
 * Sends a delivery that no longer waits again now, with a new count of attempts. A waiting delivery is left unchanged. The
 * message keeps its id: a receiver that already has it may ignore it. It is cancelled if its task is done or deleted.
 * @throws AppError 404; 409 for an in-app delivery, which is never sent, and for a confirmation, which is limited by day; 403 `quota-exceeded`
 */
export async function replayDelivery(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
): Promise<Answer<Delivery>> {
  const { workspaceId } = command;
  const answer = await runOnce(ctx, command, async (database) => {
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
    if (known && known.status !== 'waiting') await countManualSend(database, workspaceId);
    const row = await makeDue(database, { workspaceId, id }, ctx.clock.now());
    if (row) return { status: 200, body: toDelivery(row) };
    throw await whyNotReplayable(database, { workspaceId, id });
  });
  ctx.wake.deliveries();
  if (!answer.isReplayed)
    ctx.log.info({ workspace_id: workspaceId, delivery_id: id }, 'a delivery is replayed');
  return answer;
}

type DeliveryKey = { workspaceId: string; id: string };

async function makeDue(
  database: Kysely<Tables>,
  { workspaceId, id }: DeliveryKey,
  now: Date,
): Promise<DeliveryRow | undefined> {
  const at = now.toISOString();
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
  return rows[0];
}

async function whyNotReplayable(
  database: Kysely<Tables>,
  { workspaceId, id }: DeliveryKey,
): Promise<AppError> {
  const inApp = await database
    .selectFrom('notification_service.notifications')
    .select('id')
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  if (!inApp) return notFound('delivery');
  return new AppError(
    'not-replayable',
    'An in-app delivery cannot be replayed: its notification is already in the inbox.',
    { status: 409 },
  );
}
