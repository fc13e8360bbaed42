import { sql } from 'kysely';
import { isoDate, type Day } from '@rondo/time/calendar';
import { isTimeZone } from '@rondo/time/zone';
import { uuidOfName } from '@rondo/shared/uuid-of-name';
import type { NotificationContext } from '../context.ts';
import { digestOf, digestTimes } from '../digest.ts';
import type { NewNotification } from '../notification.ts';
import { listDueTasks } from '../queries/list-due-tasks.ts';
import { addNotifications } from './add-notifications.ts';

type DueSettings = { workspace_id: string; time_zone: string; digest_at: string };

/**
 * Makes the digests that are due, and appoints the next ones, in one transaction. After downtime there is one, of the last
 * time that was missed, and not one of each. @returns how many settings were due, at most `limit`
 */
export async function sendDigests(ctx: NotificationContext, limit: number): Promise<number> {
  const now = ctx.clock.now();
  const { due, added } = await ctx.database.transaction().execute(async (trx) => {
    const { rows } = await sql<DueSettings>`
      SELECT workspace_id, time_zone, digest_at FROM notification_service.settings
      WHERE next_digest_at <= ${now.toISOString()}::timestamptz
      ORDER BY next_digest_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(trx);
    const digests: NewNotification[] = [];
    const appointed: { workspace_id: string; next_digest_at: string }[] = [];
    for (const { workspace_id: id, time_zone: named, digest_at } of rows) {
      // A zone that this runtime does not know must not hold back the digests of others.
      const zone = isTimeZone(named) ? named : 'UTC';
      const { last, next } = digestTimes(now.getTime(), { time_zone: zone, digest_at });
      const tasks = await listDueTasks(trx, id, { day: last.day, time_zone: zone });
      const digest = digestOf({ id: digestIdOf(id, last.day), workspace_id: id }, last, tasks, {
        now,
        time_zone: zone,
      });
      if (digest) digests.push(digest);
      appointed.push({ workspace_id: id, next_digest_at: new Date(next.at).toISOString() });
    }
    await sql`
      UPDATE notification_service.settings known SET next_digest_at = given.next_digest_at
      FROM json_to_recordset(${JSON.stringify(appointed)}::json) AS given (workspace_id uuid, next_digest_at timestamptz)
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

/** The id of a person's digest for a day: the same however often, and by whomever, it is made. */
function digestIdOf(personId: string, day: Day): string {
  return uuidOfName(personId, `digest ${isoDate(day)}`);
}
