import { sql } from 'kysely';
import { insertDeliveries, insertNudges } from '../../deliveries/store/insert-deliveries.ts';
import type { NotificationContext } from '../../context.ts';
import { planDeliveries } from '../../deliveries/domain/plan-deliveries.ts';
import { findRecipients } from '../../deliveries/queries/find-recipients.ts';

/**
 * Brings entries whose time has come back into the inbox: unread, with deliveries of their own and a nudge, all in one
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
    const workspaceIds = [...new Set(rows.map(({ workspace_id }) => workspace_id))];
    const planned = planDeliveries(rows, await findRecipients(trx, workspaceIds, now), () => ctx.ids.next());
    await sql`
      WITH shown AS (
        UPDATE notification_service.notifications
        SET snoozed_until = NULL, read_at = NULL, appeared_at = ${now.toISOString()}::timestamptz
        WHERE id = ANY (${rows.map(({ id }) => id)}::uuid[]) RETURNING id, workspace_id, title
      ), delivered AS (${insertDeliveries(planned, {}, now)})
      ${insertNudges({}, now)}`.execute(trx);
    return rows;
  });
  for (const { id, workspace_id, task_id } of returned)
    ctx.log.info({ workspace_id, task_id, notification_id: id }, 'a snoozed notification is back');
  if (returned.length > 0) {
    ctx.wake.relay();
    ctx.wake.deliveries();
  }
  return returned.length;
}
