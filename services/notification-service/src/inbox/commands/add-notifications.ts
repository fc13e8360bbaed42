import { sql, type Transaction } from 'kysely';
import { insertDeliveries, insertNudges, type Traces } from '../../deliveries/store/insert-deliveries.ts';
import type { NotificationContext } from '../../context.ts';
import { planDeliveries } from '../../deliveries/domain/plan-deliveries.ts';
import type { NewNotification } from '../domain/notification.ts';
import { findRecipients } from '../../deliveries/queries/find-recipients.ts';
import type { Tables } from '../../store/tables.ts';

/**
 * Adds entries to their inboxes, with a delivery for each channel and a nudge for each workspace, in the given transaction:
 * two statements, however many there are. An entry that is there already is left as it is, and announced no more.
 * `traces` are those of the entries.
 * @returns the ids of those that are new
 */
export async function addNotifications(
  { ids }: Pick<NotificationContext, 'ids'>,
  trx: Transaction<Tables>,
  notifications: NewNotification[],
  { now, traces = {} }: { now: Date; traces?: Traces },
): Promise<Set<string>> {
  const workspaceIds = [...new Set(notifications.map(({ workspace_id }) => workspace_id))];
  const recipients = await findRecipients(trx, workspaceIds, now);
  const planned = planDeliveries(notifications, recipients, () => ids.next());
  const { rows } = await sql<{ id: string }>`
    WITH shown AS (
      INSERT INTO notification_service.notifications (id, workspace_id, kind, task_id, title, body, due_date, remind_at,
                                                      lateness_ms, is_late, created_at, appeared_at)
      SELECT id, workspace_id, kind, task_id, title, body, due_date, remind_at, lateness_ms, is_late, created_at, created_at
      FROM json_to_recordset(${JSON.stringify(notifications)}::json) AS given (
        id uuid, workspace_id uuid, kind text, task_id uuid, title text, body text, due_date text, remind_at timestamptz,
        lateness_ms bigint, is_late boolean, created_at timestamptz
      ) ORDER BY id
      ON CONFLICT (id) DO NOTHING
      RETURNING id, workspace_id, title
    ), delivered AS (${insertDeliveries(planned, traces, now)}), nudged AS (${insertNudges(nudgeTraces(notifications, traces), now)})
    SELECT id FROM shown`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}

/** A nudge tells of many entries: it belongs to the trace of the first one. */
function nudgeTraces(notifications: NewNotification[], traces: Traces): Traces {
  const ofWorkspaces: Traces = {};
  for (const { id, workspace_id: workspaceId } of notifications) ofWorkspaces[workspaceId] ??= traces[id];
  return ofWorkspaces;
}
