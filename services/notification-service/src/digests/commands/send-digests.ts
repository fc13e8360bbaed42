import { sql } from 'kysely';
import { isoDate } from '@rondo/time/calendar';
import { isTimeZone } from '@rondo/time/zone';
import { dueRows, type DueClaim } from '@rondo/shared/database/due-rows';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import type { NotificationContext } from '../../context.ts';
import { addNotifications } from '../../inbox/commands/add-notifications.ts';
import type { NewNotification } from '../../inbox/domain/notification.ts';
import { digestOf, digestTimes } from '../domain/digest.ts';
import { listDueTasks } from '../queries/list-due-tasks.ts';

type DueSettings = { workspace_id: string; time_zone: string; digest_at: string };

const table = 'notification_service.settings';
/** What `readKeysAfter` reads: people who get digests. */
export const scheduledDigests = { table, key: 'workspace_id', where: 'next_digest_at IS NOT NULL' };

/** No digest is further away: a zone may skip a whole day. One that seems to be was scheduled by a clock that was set back. */
const longestPauseMs = 48 * 3_600_000;

/**
 * Sends the digests that are due and schedules the next ones, in one transaction. After downtime it sends one digest, for the
 * last time that was missed. @returns how many settings were due
 */
export async function sendDigests(ctx: NotificationContext, claim: DueClaim): Promise<number> {
  const now = ctx.clock.now();
  const latest = new Date(now.getTime() + longestPauseMs).toISOString();
  const isDue = sql`
    (next_digest_at <= ${now.toISOString()}::timestamptz OR next_digest_at > ${latest}::timestamptz)`;
  const columns = sql`workspace_id, time_zone, digest_at`;
  const { due, added } = await ctx.database.transaction().execute(async (trx) => {
    const { rows } = await sql<DueSettings>`
      ${dueRows({ table, columns, isDue, dueAt: 'next_digest_at' }, claim)}`.execute(trx);
    const digests: NewNotification[] = [];
    const scheduled: { workspace_id: string; next_digest_at: string }[] = [];
    for (const { workspace_id: workspaceId, time_zone: storedZone, digest_at: digestAt } of rows) {
      // A zone that this runtime does not know must not block the digests of others.
      const timeZone = isTimeZone(storedZone) ? storedZone : 'UTC';
      const { last, next } = digestTimes(now.getTime(), { timeZone, digestAt });
      const tasks = await listDueTasks(trx, workspaceId, { day: last.day, timeZone });
      // One id per person and day: a digest is never added twice.
      const id = uuidOfName(workspaceId, `digest ${isoDate(last.day)}`);
      const digest = digestOf({ id, workspaceId, timeZone }, last, tasks, now);
      if (digest) digests.push(digest);
      scheduled.push({ workspace_id: workspaceId, next_digest_at: new Date(next.at).toISOString() });
    }
    await sql`
      UPDATE notification_service.settings known SET next_digest_at = given.next_digest_at
      FROM json_to_recordset(${JSON.stringify(scheduled)}::json) AS given (workspace_id uuid, next_digest_at timestamptz)
      WHERE known.workspace_id = given.workspace_id`.execute(trx);
    return { due: rows.length, added: await addNotifications(ctx, trx, digests, { now }) };
  });
  for (const id of added) ctx.log.info({ notification_id: id }, 'a digest is in the inbox');
  if (added.size > 0) {
    ctx.wake.relay();
    ctx.wake.deliveries();
  }
  return due;
}
