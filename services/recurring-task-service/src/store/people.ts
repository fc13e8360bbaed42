import { sql, type Kysely, type Transaction } from 'kysely';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import type { PersonSettingsEvent } from '@rondo/shared/contracts/person-settings';
import { isTimeZone } from '@rondo/time/zone';
import type { Tables } from './tables.ts';

/**
 * Keeps the newest settings of each person, in the given transaction, and notes whose waiting reminders are to be planned
 * again. @returns how many changed
 */
export async function keepPeople(settings: PersonSettingsEvent[], trx: Transaction<Tables>): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO recurring_task_service.people AS known (workspace_id, time_zone, updated_at, replan_from)
    SELECT DISTINCT ON (workspace_id) workspace_id, time_zone, updated_at,
           CASE WHEN time_zone IS NOT NULL THEN ${lowestUuid}::uuid END
    FROM json_to_recordset(${JSON.stringify(settings)}::json) AS given (
      workspace_id uuid, time_zone text, updated_at timestamptz
    ) ORDER BY workspace_id, updated_at DESC
    ON CONFLICT (workspace_id) DO UPDATE SET
      time_zone = excluded.time_zone, updated_at = excluded.updated_at,
      replan_from = CASE WHEN known.time_zone IS DISTINCT FROM excluded.time_zone THEN excluded.replan_from
                         ELSE known.replan_from END
    WHERE known.updated_at < excluded.updated_at`.execute(trx);
  return Number(numAffectedRows);
}

/** The zones of people's settings by workspace, as far as they are known, here and to this runtime. */
export async function readPersonZones(
  database: Kysely<Tables> | Transaction<Tables>,
  workspaces: string[],
): Promise<Map<string, string>> {
  if (workspaces.length === 0) return new Map();
  const { rows } = await sql<{ workspace_id: string; time_zone: string }>`
    SELECT workspace_id, time_zone FROM recurring_task_service.people
    WHERE workspace_id = ANY (${workspaces}::uuid[]) AND time_zone IS NOT NULL`.execute(database);
  return new Map(
    rows.filter((row) => isTimeZone(row.time_zone)).map((row) => [row.workspace_id, row.time_zone]),
  );
}
