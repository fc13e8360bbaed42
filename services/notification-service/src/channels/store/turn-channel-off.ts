import { sql, type Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';

/**
 * Turns a channel off and fails its waiting deliveries with `deliveryReason`. `disabledReason` is null if the person turned it
 * off. `isUnsubscribed` takes the confirmation of an e-mail address back.
 */
export async function turnChannelOff(
  database: Kysely<Tables>,
  channelId: string,
  {
    disabledReason,
    deliveryReason,
    isUnsubscribed = false,
  }: { disabledReason: string | null; deliveryReason: string; isUnsubscribed?: boolean },
): Promise<void> {
  await sql`
    WITH turned_off AS (
      UPDATE notification_service.channels SET is_enabled = false, disabled_reason = ${disabledReason},
        confirmed_at = CASE WHEN NOT ${isUnsubscribed} THEN confirmed_at END
      WHERE id = ${channelId}
    )
    UPDATE notification_service.deliveries SET status = 'failed', reason = ${deliveryReason}, next_attempt_at = NULL
    WHERE channel_id = ${channelId} AND status = 'waiting'`.execute(database);
}
