import { sql } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import { changeNotification } from '../store/change-notification.ts';
import type { Change } from '../store/update-notifications.ts';

/** Marks an entry as read; one that was read before keeps the first time. @throws AppError 404 */
export async function markRead(ctx: NotificationContext, change: Change, id: string): Promise<Notification> {
  const now = ctx.clock.now().toISOString();
  return changeNotification(ctx, change, id, sql`read_at = coalesce(read_at, ${now}::timestamptz)`);
}
