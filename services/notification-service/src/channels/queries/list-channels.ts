import type { ChannelView } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import type { ChannelRow } from '../../store/tables.ts';
import { toChannelView } from './to-channel-view.ts';

/** The channels of a workspace, the oldest first. */
export async function listChannels(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceId: string,
): Promise<ChannelView[]> {
  const rows = await database
    .selectFrom('notification_service.channels')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => toChannelView(row));
}

/** A channel of a workspace with its sealed target. */
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
