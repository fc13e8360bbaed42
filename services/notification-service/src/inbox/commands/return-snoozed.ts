import { sql } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import { dueRows, type DueClaim } from '@rondo/shared/database/due-rows';
import type { NotificationContext } from '../../context.ts';
import { insertDeliveries, planDeliveries } from '../../deliveries/store/plan-deliveries.ts';
import { insertNudges } from '../../store/nudge-outbox.ts';
import { presentTask } from '../../store/present-task.ts';
import { asPresent, type PresentTask, type Shown } from '../domain/notification.ts';

type SnoozedRow = Shown &
  PresentTask & {
    id: string;
    workspace_id: string;
    task_id: string | null;
    isOpen: boolean;
    settled_version: number;
  };

const table = 'notification_service.notifications';
/** What `readKeysAfter` reads: workspaces with snoozed notifications. */
export const snoozedNotifications = { table, key: 'workspace_id', where: 'snoozed_until IS NOT NULL' };

/**
 * Returns snoozed notifications to the inbox when their snooze ends: unread, with the present title and date of their task,
 * with new deliveries and a nudge, in one transaction. Those of tasks that are done or deleted are dismissed instead.
 * @returns how many snoozes ended
 */
export async function returnSnoozed(ctx: NotificationContext, claim: DueClaim): Promise<number> {
  const now = ctx.clock.now();
  const isDue = sql`snoozed_until <= ${now.toISOString()}::timestamptz`;
  const due = dueRows({ table, columns: sql`*`, isDue, dueAt: 'snoozed_until' }, claim);
  const { ended, returned } = await ctx.database.transaction().execute(async (trx) => {
    const { rows } = await sql<SnoozedRow>`${sql.raw(plannedEachTime)}
      SELECT id, entry.workspace_id, entry.task_id, entry.title, body, entry.due_date,
             coalesce(state = 'open', true) AS "isOpen",
             coalesce(task.settled_version, 0) AS settled_version, ${presentTask}
      FROM (${due}) entry
      LEFT JOIN notification_service.followed_tasks task
        ON task.workspace_id = entry.workspace_id AND task.task_id = entry.task_id
      ORDER BY snoozed_until`.execute(trx);
    const open = rows.filter(({ isOpen }) => isOpen);
    const entries = rows.map((row) => asPresent(row, row));
    const planned = await planDeliveries(trx, open, { now, ids: ctx.ids });
    if (rows.length > 0)
      await sql`${sql.raw(plannedEachTime)}
        WITH changed AS (
          UPDATE notification_service.notifications entry SET
            snoozed_until = NULL, title = given.title, body = given.body, due_date = given.due_date,
            read_at = CASE WHEN NOT "isOpen" THEN read_at END,
            settled_version = CASE WHEN "isOpen" THEN given.settled_version ELSE entry.settled_version END,
            appeared_at = CASE WHEN "isOpen" THEN ${now.toISOString()}::timestamptz ELSE appeared_at END,
            dismissed_at = CASE WHEN NOT "isOpen" THEN ${now.toISOString()}::timestamptz END
          FROM json_to_recordset(${JSON.stringify(entries)}::json)
            AS given (id uuid, title text, body text, due_date text, "isOpen" boolean, settled_version bigint)
          WHERE entry.id = given.id RETURNING entry.id, workspace_id, task_id, entry.title
        ), delivered AS (${insertDeliveries(planned, {}, now)})
        ${insertNudges({}, now)}`.execute(trx);
    return { ended: rows.length, returned: open };
  });
  for (const { id, workspace_id, task_id } of returned)
    ctx.log.info(
      { workspace_id, task_id, notification_id: id },
      'a snoozed notification returned to the inbox',
    );
  if (ended > 0) {
    ctx.wake.relay();
    ctx.wake.deliveries();
  }
  return ended;
}
