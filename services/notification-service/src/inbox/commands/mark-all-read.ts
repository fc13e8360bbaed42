import { sql } from 'kysely';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { isUnreadInInbox } from '../../store/settled-entries.ts';
import { countInbox } from '../queries/list-notifications.ts';
import { updateNotifications } from '../store/update-notifications.ts';
import { runOnce } from '../../store/run-once.ts';

/**
 * Marks all notifications in the inbox as read. With `upTo`, only those that appeared until then: the person has not seen
 * later ones. @returns how many are still unread
 */
export async function markAllRead(
  ctx: NotificationContext,
  command: CommandContext,
  upTo: string | undefined,
): Promise<Answer<{ unread: number }>> {
  const now = ctx.clock.now().toISOString();
  const appeared = upTo === undefined ? sql`true` : sql`appeared_at <= ${upTo}::timestamptz`;
  const answer = await runOnce(ctx, command, async (database) => {
    await updateNotifications({ database, clock: ctx.clock }, command, {
      set: sql`read_at = ${now}::timestamptz`,
      where: sql`${sql.raw(isUnreadInInbox('notifications'))} AND ${appeared}`,
    });
    const { unread } = await countInbox(database, command.workspaceId);
    return { status: 200, body: { unread } };
  });
  ctx.wake.relay();
  return answer;
}
