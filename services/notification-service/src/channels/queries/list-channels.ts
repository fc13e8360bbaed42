import type { ChannelView } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import type { ChannelRow } from '../../store/tables.ts';

/** The channels of a workspace, oldest first. */
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

/** A row as the API shows it: without anything that is sealed. */
export function toChannelView({
  id,
  kind,
  label,
  is_enabled,
  disabled_reason,
  created_at,
}: ChannelRow): ChannelView {
  return { id, kind, label, is_enabled, disabled_reason, created_at };
}
