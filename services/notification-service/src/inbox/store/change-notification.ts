import { sql, type RawBuilder } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import { notFound } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';
import { toNotification } from '../queries/to-notification.ts';
import { changeNotifications, type Change } from './update-notifications.ts';

/**
 * Changes one entry.
 * @throws AppError 404 where the workspace has none of this id
 */
export async function changeNotification(
  ctx: NotificationContext,
  change: Change,
  id: string,
  set: RawBuilder<unknown>,
): Promise<Notification> {
  const row = await changeNotifications(ctx, change, { set, where: sql`id = ${id}` });
  if (!row) throw notFound('notification');
  ctx.log.info(
    { workspace_id: row.workspace_id, task_id: row.task_id, notification_id: id },
    'a notification was changed',
  );
  return toNotification(row);
}
