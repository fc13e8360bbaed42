import { sql, type Transaction } from 'kysely';
import type { SeriesEvent } from '@rondo/shared/contracts/series-event';
import { isTimeZone } from '@rondo/time/zone';
import type { Tables } from './tables.ts';

/**
 * Keeps the newest version of each series, in the given transaction, and counts the changes of each workspace.
 * @returns how many changed
 */
export async function keepSeries(events: SeriesEvent[], trx: Transaction<Tables>): Promise<number> {
  const given = events.map(({ workspace_id, series_id, version, ...event }) => {
    const { event_id: _id, schema_version: _schema, timestamp: _at, ...state } = event;
    return { workspace_id, id: series_id, version, state };
  });
  const { rows } = await sql<{ kept: number }>`
    WITH kept AS (
      INSERT INTO todo_service.series AS known (workspace_id, id, version, state)
      SELECT DISTINCT ON (workspace_id, id) workspace_id, id, version, state
      FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (
        workspace_id uuid, id uuid, version bigint, state json
      ) ORDER BY workspace_id, id, version DESC
      ON CONFLICT (workspace_id, id) DO UPDATE SET version = excluded.version, state = excluded.state
      WHERE known.version < excluded.version
      RETURNING workspace_id
    ), counted AS (
      INSERT INTO todo_service.series_changes AS known (workspace_id, changes)
      SELECT workspace_id, count(*) FROM kept GROUP BY workspace_id ORDER BY workspace_id
      ON CONFLICT (workspace_id) DO UPDATE SET changes = known.changes + excluded.changes
    )
    SELECT count(*) AS kept FROM kept`.execute(trx);
  return rows[0]?.kept ?? 0;
}

/** The zone in which Recurring counts a series whose task has no zone; null if it isn't known, or not to this runtime. */
export async function personZoneOf(
  trx: Transaction<Tables>,
  workspaceId: string,
  seriesId: string | null,
): Promise<string | null> {
  const { rows } = await sql<{ zone: string | null }>`
    SELECT state ->> 'person_zone' AS zone FROM todo_service.series
    WHERE workspace_id = ${workspaceId} AND id = ${seriesId}`.execute(trx);
  const zone = rows[0]?.zone ?? null;
  return zone !== null && isTimeZone(zone) ? zone : null;
}
