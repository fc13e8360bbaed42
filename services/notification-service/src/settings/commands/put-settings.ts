import { sql } from 'kysely';
import type { NotificationSettings } from '@rondo/shared/contracts/notification';
import { isTimeZone } from '@rondo/time/zone';
import { invalidInput } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../../context.ts';
import { digestTimes } from '../../digests/domain/digest.ts';
import { runOnce } from '../../store/run-once.ts';

/**
 * Replaces a person's settings, publishes their zone, and schedules the next digest. Deliveries that wait for the end of quiet
 * hours become due now, so that the worker checks them against the new settings.
 * @throws AppError 422 if the zone is unknown, or quiet hours start and end at the same time
 */
export async function putSettings(
  ctx: NotificationContext,
  command: CommandContext,
  settings: NotificationSettings,
): Promise<Answer<NotificationSettings>> {
  const { time_zone: timeZone, quiet_hours: quiet, digest_at: digestAt } = settings;
  if (!isTimeZone(timeZone))
    throw invalidInput([{ field: 'time_zone', message: 'must be an IANA time zone' }]);
  if (quiet && quiet.from === quiet.to)
    throw invalidInput([{ field: 'quiet_hours', message: 'must not start and end at the same time' }]);
  const { workspaceId } = command;
  const now = ctx.clock.now();
  const next = digestAt === null ? null : digestTimes(now.getTime(), { timeZone, digestAt }).next;
  const nextAt = next && new Date(next.at).toISOString();
  const answer = await runOnce(ctx, command, async (database) => {
    await sql`
    WITH saved AS (
      INSERT INTO notification_service.settings AS known
        (workspace_id, time_zone, quiet_from, quiet_to, digest_at, next_digest_at, updated_at)
      VALUES (${workspaceId}, ${timeZone}, ${quiet?.from ?? null}, ${quiet?.to ?? null}, ${digestAt}, ${nextAt}::timestamptz,
              ${now.toISOString()}::timestamptz)
      ON CONFLICT (workspace_id) DO UPDATE SET
        time_zone = excluded.time_zone, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
        digest_at = excluded.digest_at, next_digest_at = excluded.next_digest_at,
        updated_at = greatest(excluded.updated_at, known.updated_at + interval '1 millisecond')
      RETURNING workspace_id, time_zone, updated_at
    ), published AS (
      INSERT INTO notification_service.settings_outbox (workspace_id, time_zone, updated_at) SELECT * FROM saved
    )
    UPDATE notification_service.deliveries
    SET next_attempt_at = ${now.toISOString()}::timestamptz, scheduled_at = ${now.toISOString()}::timestamptz
    WHERE channel_id IN (SELECT id FROM notification_service.channels WHERE workspace_id = ${workspaceId})
      AND status = 'waiting' AND attempts = 0
      AND next_attempt_at > ${now.toISOString()}::timestamptz`.execute(database);
    return { status: 200, body: settings };
  });
  ctx.wake.relay();
  ctx.wake.deliveries();
  ctx.wake.digests();
  return answer;
}
