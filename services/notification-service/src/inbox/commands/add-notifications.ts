import { sql, type Transaction } from 'kysely';
import type { NotificationContext } from '../../context.ts';
import { insertDeliveries, planDeliveries } from '../../deliveries/store/plan-deliveries.ts';
import { insertNudges } from '../../store/nudge-outbox.ts';
import type { Tables } from '../../store/tables.ts';
import type { NewNotification } from '../domain/notification.ts';
import { followReminded } from '../store/follow-tasks.ts';

/**
 * Adds notifications to their inboxes, with a delivery for each channel and a nudge for each workspace, in the given
 * transaction. It takes two statements, however many notifications there are. A notification whose id exists is left
 * unchanged and is not delivered again. One whose task is done or deleted already is settled from the start.
 * @param traceparents by notification
 * @returns the ids of the new notifications
 */
export async function addNotifications(
  { ids }: Pick<NotificationContext, 'ids'>,
  trx: Transaction<Tables>,
  notifications: NewNotification[],
  { now, traceparents = {} }: { now: Date; traceparents?: Record<string, string | undefined> },
): Promise<Set<string>> {
  const planned = await planDeliveries(trx, notifications, { now, ids });
  // A nudge for many notifications belongs to the trace of the first one.
  const nudgeTraceparents: Record<string, string | undefined> = {};
  for (const { id, workspace_id } of notifications) nudgeTraceparents[workspace_id] ??= traceparents[id];
  const { rows } = await sql<{ id: string }>`
    WITH followed AS (${followReminded(notifications, now)}), changed AS (
      INSERT INTO notification_service.notifications (id, workspace_id, kind, task_id, title, body, due_date, remind_at,
                                                      lateness_ms, is_late, created_at, appeared_at, settled_version, read_at)
      SELECT id, given.workspace_id, kind, given.task_id, title, body, due_date, remind_at, lateness_ms, is_late,
             created_at, created_at, coalesce(settled_version, 0), CASE WHEN state <> 'open' THEN created_at END
      FROM json_to_recordset(${JSON.stringify(notifications)}::json) AS given (
        id uuid, workspace_id uuid, kind text, task_id uuid, title text, body text, due_date text, remind_at timestamptz,
        lateness_ms bigint, is_late boolean, created_at timestamptz
      ) LEFT JOIN followed ON followed.workspace_id = given.workspace_id AND followed.task_id = given.task_id
      ORDER BY id
      ON CONFLICT (id) DO NOTHING
      RETURNING id, workspace_id, task_id, title
    ), delivered AS (${insertDeliveries(planned, traceparents, now)}), nudged AS (${insertNudges(nudgeTraceparents, now)})
    SELECT id FROM changed`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}
