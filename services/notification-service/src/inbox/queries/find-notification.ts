import { sql } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import { shownColumns, statusOf, toNotification, type ShownRow } from '../store/shown-notification.ts';

/** One notification of a workspace, including dismissed and snoozed ones. */
export async function findNotification(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<Notification | undefined> {
  const { rows } = await sql<ShownRow>`
    SELECT ${shownColumns('notification')}, ${statusOf('notification')} AS status
    FROM notification_service.notifications AS notification
    WHERE id = ${id} AND workspace_id = ${workspaceId}`.execute(database);
  const [row] = rows;
  return row && toNotification(row);
}
