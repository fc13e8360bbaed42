import type { NotificationContext } from '../../context.ts';

/** The ids of all channels of these workspaces. */
export async function listChannelIds(
  { database }: Pick<NotificationContext, 'database'>,
  workspaceIds: string[],
): Promise<string[]> {
  const rows = await database
    .selectFrom('notification_service.channels')
    .select('id')
    .where('workspace_id', 'in', workspaceIds)
    .execute();
  return rows.map(({ id }) => id);
}
