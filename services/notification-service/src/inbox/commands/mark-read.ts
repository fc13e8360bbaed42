import { sql } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { readAtOf } from '../../store/settled-entries.ts';
import { updateNotification } from '../store/update-notifications.ts';

/** Marks a notification as read. If it was read before, it keeps the first time. @throws AppError 404 */
export async function markRead(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
): Promise<Answer<Notification>> {
  const now = ctx.clock.now().toISOString();
  const readAt = sql.raw(readAtOf('notifications'));
  return updateNotification(ctx, command, id, sql`read_at = coalesce(${readAt}, ${now}::timestamptz)`);
}
