import { sql, type RawBuilder } from 'kysely';
import type { PlannedDelivery } from '../domain/plan-deliveries.ts';

/** The span that a change belongs to (W3C Trace Context): of entries by their id, of nudges by their workspace. */
export type Traces = Record<string, string | undefined>;

/**
 * The second half of a statement `WITH shown AS (…)`, whose rows (`id`, `workspace_id`, `title`) are entries that have come
 * into the inbox: inserts their deliveries on channels. What is planned for other entries is left out.
 */
export function insertDeliveries(planned: PlannedDelivery[], traces: Traces, now: Date): RawBuilder<unknown> {
  const rows = planned.map((row) => ({ ...row, traceparent: traces[row.notification_id] ?? null }));
  return sql`
    INSERT INTO notification_service.deliveries (id, workspace_id, notification_id, channel_id, channel_kind, title, status,
                                                 created_at, next_attempt_at, traceparent)
    SELECT given.id, shown.workspace_id, shown.id, channel_id, channel_kind, shown.title, 'waiting',
           ${now.toISOString()}::timestamptz, next_attempt_at, traceparent
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given (
      id uuid, notification_id uuid, channel_id uuid, channel_kind text, next_attempt_at timestamptz,
      traceparent text
    ) JOIN shown ON shown.id = given.notification_id`;
}

/**
 * The end of a statement `WITH shown AS (…)`, whose rows (`id`, `workspace_id`) are entries that changed: one nudge a
 * workspace, in the place of one that still waits. The rows are locked in the order of their workspaces.
 */
export function insertNudges(traces: Traces, now: Date): RawBuilder<unknown> {
  return sql`
    INSERT INTO notification_service.outbox AS waiting
      (workspace_id, notification_id, traceparent, changed_at, waiting_since)
    SELECT workspace_id, CASE WHEN count(*) = 1 THEN min(id::text)::uuid END,
           ${JSON.stringify(traces)}::json ->> workspace_id::text, ${now.toISOString()}::timestamptz,
           ${now.toISOString()}::timestamptz
    FROM shown GROUP BY workspace_id ORDER BY workspace_id
    ON CONFLICT (workspace_id) DO UPDATE SET
      id = DEFAULT,
      notification_id = CASE WHEN waiting.notification_id = excluded.notification_id THEN excluded.notification_id END,
      traceparent = excluded.traceparent,
      changed_at = excluded.changed_at`;
}
