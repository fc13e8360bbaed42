import type { ChannelTest } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import { busy } from '@rondo/shared/workers/keyed-queue';
import type { NotificationContext } from '../../context.ts';

/** What became of a test. @throws AppError 429 `busy` while its first attempt is under way */
export async function findTestOutcome(
  { database }: Pick<NotificationContext, 'database'>,
  deliveryId: string,
): Promise<ChannelTest> {
  const delivery = await database
    .selectFrom('notification_service.deliveries')
    .select(['status', 'reason'])
    .where('id', '=', deliveryId)
    .executeTakeFirst();
  if (!delivery) throw notFound('delivery');
  const { status, reason } = delivery;
  if (status === 'waiting' && reason === null) throw busy('The test message is being sent.');
  return status === 'sent' ? { status, reason: null } : { status: 'failed', reason };
}
