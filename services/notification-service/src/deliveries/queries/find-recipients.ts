import { sql, type Kysely } from 'kysely';
import type { ChannelKind } from '@rondo/shared/contracts/notification';
import { plannedEachTime } from '@rondo/shared/database/database';
import { deliverableAt } from '../../channels/domain/quiet-hours.ts';
import type { Recipient } from '../domain/plan-deliveries.ts';
import { quietHoursOf, type QuietColumns } from '../../channels/domain/quiet-hours-of.ts';
import type { Tables } from '../../store/tables.ts';

type Row = QuietColumns & { id: string; workspace_id: string; kind: ChannelKind };

/** The enabled channels of workspaces, with the end of the quiet hours where it is quiet now. */
export async function findRecipients(
  database: Kysely<Tables>,
  workspaceIds: string[],
  now: Date,
): Promise<Recipient[]> {
  const { rows } = await sql<Row>`${sql.raw(plannedEachTime)}
    SELECT id, workspace_id, kind, time_zone, quiet_from, quiet_to
    FROM notification_service.channels LEFT JOIN notification_service.settings USING (workspace_id)
    WHERE workspace_id = ANY (${workspaceIds}::uuid[]) AND is_enabled ORDER BY id`.execute(database);
  return rows.map(({ id, workspace_id, kind, ...quiet }) => ({
    id,
    workspace_id,
    kind,
    deliverable_at: deliverableAt(now, quietHoursOf(quiet)).toISOString(),
  }));
}
