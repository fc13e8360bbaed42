import type { NotificationSettings } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';

/** A person's settings. The defaults are their account's zone, no quiet hours and no digest. */
export async function readSettings(
  { database }: Pick<NotificationContext, 'database'>,
  { workspaceId, defaultZone }: { workspaceId: string; defaultZone: string },
): Promise<NotificationSettings> {
  const row = await database
    .selectFrom('notification_service.settings')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst();
  if (!row) return { time_zone: defaultZone, quiet_hours: null, digest_at: null };
  const { time_zone, quiet_from: from, quiet_to: to, digest_at } = row;
  return { time_zone, quiet_hours: from === null || to === null ? null : { from, to }, digest_at };
}
