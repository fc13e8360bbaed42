import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Ids } from '@rondo/shared/clock';
import type { ChannelKind } from '@rondo/shared/contracts/channel-target';
import { plannedEachTime } from '@rondo/shared/database/database';
import { deliverableAt, quietHoursOf, type QuietColumns } from '../../channels/domain/quiet-hours.ts';
import type { Tables } from '../../store/tables.ts';

export type PlannedDelivery = {
  id: string;
  notification_id: string;
  channel_id: string;
  channel_kind: ChannelKind;
  next_attempt_at: string;
  /** Whether it waits for the end of quiet hours. */
  is_held: boolean;
};

type ChannelOfWorkspace = QuietColumns & {
  id: string;
  workspace_id: string;
  kind: ChannelKind;
  sent: number;
};

/** Of a workspace, from midnight UTC. The inbox has every notification, whatever was delivered. */
const maxDeliveriesOfDay = 5_000;

/**
 * Plans one delivery of each notification for each enabled channel of its workspace. It is due now, or at the end of the quiet
 * hours. A workspace that had 5,000 deliveries today gets none.
 */
export async function planDeliveries(
  database: Kysely<Tables>,
  notifications: readonly { id: string; workspace_id: string }[],
  { now, ids }: { now: Date; ids: Ids },
): Promise<PlannedDelivery[]> {
  const workspaceIds = [...new Set(notifications.map(({ workspace_id }) => workspace_id))];
  const { rows } = await sql<ChannelOfWorkspace>`${sql.raw(plannedEachTime)}
    WITH busy AS MATERIALIZED (
      SELECT workspace_id, (
        SELECT count(*) FROM (
          SELECT FROM notification_service.deliveries delivery
          WHERE delivery.workspace_id = enabled.workspace_id AND delivery.created_at >= ${midnightOf(now)}::timestamptz
            AND delivery.created_at < ${midnightOf(now)}::timestamptz + interval '1 day'
          LIMIT ${maxDeliveriesOfDay}
        ) of_day
      ) AS sent
      FROM notification_service.channels enabled
      WHERE workspace_id = ANY (${workspaceIds}::uuid[]) AND is_enabled GROUP BY workspace_id
    )
    SELECT id, workspace_id, kind, time_zone, quiet_from, quiet_to, sent
    FROM notification_service.channels JOIN busy USING (workspace_id)
    LEFT JOIN notification_service.settings USING (workspace_id)
    WHERE is_enabled ORDER BY id`.execute(database);
  const left = new Map(rows.map((row) => [row.workspace_id, maxDeliveriesOfDay - row.sent]));
  const targets = rows.map((row) => {
    const at = deliverableAt(now, quietHoursOf(row));
    return {
      workspace_id: row.workspace_id,
      channel_id: row.id,
      channel_kind: row.kind,
      next_attempt_at: at.toISOString(),
      is_held: at > now,
    };
  });
  const byWorkspace = Map.groupBy(targets, ({ workspace_id }) => workspace_id);
  return notifications.flatMap(({ id: notificationId, workspace_id: workspaceId }) => {
    const channels = byWorkspace.get(workspaceId) ?? [];
    const more = (left.get(workspaceId) ?? 0) - channels.length;
    if (more < 0) return [];
    left.set(workspaceId, more);
    return channels.map(({ workspace_id: _workspaceId, ...target }) => ({
      id: ids.next(),
      notification_id: notificationId,
      ...target,
    }));
  });
}

function midnightOf(now: Date): string {
  return `${now.toISOString().slice(0, 10)}T00:00:00.000Z`;
}

/**
 * Part of a statement `WITH changed AS (…)`, whose rows (`id`, `workspace_id`, `task_id`, `title`) are notifications that appeared in the
 * inbox: inserts their planned deliveries and ignores those planned for other notifications.
 * @param traceparents by notification
 */
export function insertDeliveries(
  planned: PlannedDelivery[],
  traceparents: Record<string, string | undefined>,
  now: Date,
): RawBuilder<unknown> {
  const rows = planned.map((row) => ({ ...row, traceparent: traceparents[row.notification_id] ?? null }));
  return sql`
    INSERT INTO notification_service.deliveries (id, workspace_id, notification_id, channel_id, channel_kind, title, status,
                                                 created_at, scheduled_at, next_attempt_at, is_held, merge_key, traceparent)
    SELECT given.id, changed.workspace_id, changed.id, channel_id, channel_kind, changed.title, 'waiting',
           ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz, next_attempt_at, is_held, changed.task_id, traceparent
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given (
      id uuid, notification_id uuid, channel_id uuid, channel_kind text, next_attempt_at timestamptz,
      is_held boolean, traceparent text
    ) JOIN changed ON changed.id = given.notification_id`;
}
