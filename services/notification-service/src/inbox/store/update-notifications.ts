import { sql, type RawBuilder } from 'kysely';
import { insertNudges } from '../../deliveries/store/insert-deliveries.ts';
import type { NotificationContext } from '../../context.ts';
import type { NotificationRow } from '../../store/tables.ts';

/** Who changes entries, and as part of what. */
export type Change = { workspace_id: string; traceparent: string };

/**
 * Changes entries of a workspace and nudges its clients, in one statement; wakes the relay afterwards.
 * @returns one of the entries after the change, undefined where none was changed
 */
export async function changeNotifications(
  { database, wake, clock }: NotificationContext,
  { workspace_id: workspaceId, traceparent }: Change,
  { set, where }: { set: RawBuilder<unknown>; where: RawBuilder<unknown> },
): Promise<NotificationRow | undefined> {
  const { rows } = await sql<NotificationRow>`
    WITH shown AS (
      UPDATE notification_service.notifications SET ${set} WHERE workspace_id = ${workspaceId} AND ${where} RETURNING *
    ), nudged AS (${insertNudges({ [workspaceId]: traceparent }, clock.now())})
    SELECT * FROM shown LIMIT 1`.execute(database);
  const [row] = rows;
  if (row) wake.relay();
  return row;
}
