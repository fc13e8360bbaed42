import { sql } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';

const maxManualSends = 60;
const hourMs = 3_600_000;

/**
 * Counts a message that a person asked for: a test, or a replay. Counted before it is sent, so that requests that come together
 * count each other.
 * @throws AppError 403 `quota-exceeded` after 60 in an hour
 */
export async function countManualSend(
  { database, clock }: Pick<NotificationContext, 'database' | 'clock'>,
  workspaceId: string,
): Promise<void> {
  const hour = new Date(Math.floor(clock.now().getTime() / hourMs) * hourMs).toISOString();
  const { rows } = await sql`
    INSERT INTO notification_service.manual_sends AS counted (workspace_id, hour, sends)
    VALUES (${workspaceId}, ${hour}::timestamptz, 1)
    ON CONFLICT (workspace_id) DO UPDATE SET
      hour = greatest(counted.hour, excluded.hour),
      sends = CASE WHEN counted.hour >= excluded.hour THEN counted.sends ELSE 0 END + 1
    WHERE counted.hour < excluded.hour OR counted.sends < ${maxManualSends}
    RETURNING sends`.execute(database);
  if (rows.length === 0)
    throw new AppError(
      'quota-exceeded',
      `You can send ${maxManualSends} tests and replays an hour. Send more in the next hour.`,
      { quota: { name: 'manual-sends', limit: maxManualSends, used: maxManualSends } },
    );
}
