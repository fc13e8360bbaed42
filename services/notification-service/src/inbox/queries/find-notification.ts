import type { Notification } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import { toNotification } from './list-notifications.ts';

/** One notification of a workspace, including dismissed and snoozed ones. */
export async function findNotification(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<Notification | undefined> {
  const row = await database
    .selectFrom('notification_service.notifications')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  return row && toNotification(row);
}
