import { sql } from 'kysely';
import { countInbox } from '../queries/list-notifications.ts';
import type { NotificationContext } from '../../context.ts';
import { changeNotifications, type Change } from '../store/update-notifications.ts';

/**
 * Marks the inbox as read, up to what had appeared by a moment where one is given: what came after it was not seen.
 * @returns how many are unread now
 */
export async function markAllRead(
  ctx: NotificationContext,
  change: Change,
  upTo: string | undefined,
): Promise<{ unread: number }> {
  const now = ctx.clock.now().toISOString();
  const appeared = upTo === undefined ? sql`true` : sql`appeared_at <= ${upTo}::timestamptz`;
  await changeNotifications(ctx, change, {
    set: sql`read_at = ${now}::timestamptz`,
    where: sql`read_at IS NULL AND dismissed_at IS NULL AND snoozed_until IS NULL AND ${appeared}`,
  });
  const { unread } = await countInbox(ctx.database, change.workspace_id);
  return { unread };
}
