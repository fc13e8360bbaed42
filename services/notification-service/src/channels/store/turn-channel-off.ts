import { sql, type Kysely } from 'kysely';
import type { Tables } from '../../store/tables.ts';

/**
 * Turns a channel off, with the reason where it was not its person who did so, and gives up what waits for it.
 * `why_failed` is what the deliveries tell.
 */
export async function turnChannelOff(
  database: Kysely<Tables>,
  channelId: string,
  {
    disabled_reason: disabledReason,
    why_failed: whyFailed,
  }: { disabled_reason: string | null; why_failed: string },
): Promise<void> {
  await sql`
    WITH turned_off AS (
      UPDATE notification_service.channels SET is_enabled = false, disabled_reason = ${disabledReason}
      WHERE id = ${channelId}
    )
    UPDATE notification_service.deliveries SET status = 'failed', reason = ${whyFailed}, next_attempt_at = NULL
    WHERE channel_id = ${channelId} AND status = 'waiting'`.execute(database);
}
