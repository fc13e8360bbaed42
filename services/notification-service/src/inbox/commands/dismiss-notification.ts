import { sql } from 'kysely';
import type { Notification } from '@rondo/shared/contracts/notification';
import type { NotificationContext } from '../../context.ts';
import { changeNotification } from '../store/change-notification.ts';
import type { Change } from '../store/update-notifications.ts';

/** Takes an entry out of the inbox for good; one that is snoozed does not come back. @throws AppError 404 */
export async function dismissNotification(
  ctx: NotificationContext,
  change: Change,
  id: string,
): Promise<Notification> {
  const now = ctx.clock.now().toISOString();
  return changeNotification(
    ctx,
    change,
    id,
    sql`dismissed_at = coalesce(dismissed_at, ${now}::timestamptz), snoozed_until = NULL`,
  );
}
