import type { NotificationContext } from '../../context.ts';
import type { ChannelRow } from '../../store/tables.ts';

/** One channel of a workspace, with its sealed target. */
export async function findChannel(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
  id: string,
): Promise<ChannelRow | undefined> {
  return database
    .selectFrom('notification_service.channels')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
}
