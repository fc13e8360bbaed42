import { sql } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import type { NotificationContext } from '../../context.ts';

const maxManualSends = 60;

/**
 * Counts a message that a person asked for: a test, or a replay. Counted before it is sent, so that requests that come together
 * count each other. The hour is that of the database's clock, which all replicas share. Counts of any other hour are over, also of one that
 * lies in the future because the clock was ahead.
 * @throws AppError 403 `quota-exceeded` after 60 in an hour
 */
export async function countManualSend(
  database: NotificationContext['database'],
  workspaceId: string,
): Promise<void> {
  const { rows } = await sql`
    INSERT INTO notification_service.manual_sends AS counted (workspace_id, hour, sends)
    VALUES (${workspaceId}, date_trunc('hour', now(), 'UTC'), 1)
    ON CONFLICT (workspace_id) DO UPDATE SET
      hour = excluded.hour,
      sends = CASE WHEN counted.hour = excluded.hour THEN counted.sends ELSE 0 END + 1
    WHERE counted.hour <> excluded.hour OR counted.sends < ${maxManualSends}
    RETURNING sends`.execute(database);
  if (rows.length === 0)
    throw new AppError(
      'quota-exceeded',
      `You can send ${maxManualSends} tests and replays an hour. Send more in the next hour.`,
      { quota: { name: 'manual-sends', limit: maxManualSends, used: maxManualSends } },
    );
}
