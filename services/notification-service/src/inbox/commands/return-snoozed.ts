import { sql } from 'kysely';
import type { NotificationContext } from '../../context.ts';
import { insertDeliveries, planDeliveries } from '../../deliveries/store/plan-deliveries.ts';
import { insertNudges } from '../../store/nudge-outbox.ts';

/**
 * Returns snoozed notifications to the inbox when their snooze ends: unread, with new deliveries and a nudge, in one
 * transaction. @returns how many, at most `limit`
 */
export async function returnSnoozed(ctx: NotificationContext, limit: number): Promise<number> {
  const now = ctx.clock.now();
  const returned = await ctx.database.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string; workspace_id: string; task_id: string | null }>`
      SELECT id, workspace_id, task_id FROM notification_service.notifications
      WHERE snoozed_until <= ${now.toISOString()}::timestamptz
      ORDER BY snoozed_until LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(trx);
    if (rows.length === 0) return rows;
    const planned = await planDeliveries(trx, rows, { now, ids: ctx.ids });
    await sql`
      WITH changed AS (
        UPDATE notification_service.notifications
        SET snoozed_until = NULL, read_at = NULL, appeared_at = ${now.toISOString()}::timestamptz
        WHERE id = ANY (${rows.map(({ id }) => id)}::uuid[]) RETURNING id, workspace_id, title
      ), delivered AS (${insertDeliveries(planned, {}, now)})
      ${insertNudges({}, now)}`.execute(trx);
    return rows;
  });
  for (const { id, workspace_id, task_id } of returned)
    ctx.log.info(
      { workspace_id, task_id, notification_id: id },
      'a snoozed notification returned to the inbox',
    );
  if (returned.length > 0) {
    ctx.wake.relay();
    ctx.wake.deliveries();
  }
  return returned.length;
}
