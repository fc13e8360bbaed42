import { sql } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { updateNotification } from '../store/update-notifications.ts';

/** Removes a notification from the inbox and cancels its snooze. @throws AppError 404 */
export async function dismissNotification(
  ctx: NotificationContext,
  command: CommandContext,
  id: string,
): Promise<Answer<Notification>> {
  const now = ctx.clock.now().toISOString();
  const set = sql`dismissed_at = coalesce(dismissed_at, ${now}::timestamptz), snoozed_until = NULL`;
  return updateNotification(ctx, command, id, set);
}
