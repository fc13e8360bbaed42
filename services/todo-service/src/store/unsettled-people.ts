import { sql, type Kysely } from 'kysely';
import { isTimeZone } from '@rondo/time/zone';
import type { Tables } from './tables.ts';

/** A person whose floating tasks may be in another zone than that of their settings. */
export type UnsettledPerson = { workspace_id: string; time_zone: string };

/** Reads people whose tasks are to be moved, after one, in the order of their ids. A zone that this runtime doesn't know waits. */
export async function readUnsettledPeople(
  database: Kysely<Tables>,
  { after, limit }: { after: string; limit: number },
): Promise<{ people: UnsettledPerson[]; last: string | undefined }> {
  const { rows } = await sql<UnsettledPerson>`
    SELECT workspace_id, time_zone FROM todo_service.people
    WHERE time_zone IS NOT NULL AND settled_zone IS DISTINCT FROM time_zone AND workspace_id > ${after}
    ORDER BY workspace_id LIMIT ${limit}`.execute(database);
  return { people: rows.filter((row) => isTimeZone(row.time_zone)), last: rows.at(-1)?.workspace_id };
}

/**
 * Notes that all floating tasks of a person are in a zone, if that has been the zone of their settings for a minute: until every
 * replica has read it, which is every 10 s, some resolve dates in the zone before.
 */
export async function settle(
  database: Kysely<Tables>,
  { workspace_id: workspaceId, time_zone: zone }: UnsettledPerson,
): Promise<void> {
  await sql`
    UPDATE todo_service.people SET
      settled_zone = CASE WHEN changed_at < clock_timestamp() THEN ${zone} ELSE settled_zone END,
      -- The minute of a time that a clock which was ahead has stored begins now.
      changed_at = least(changed_at, clock_timestamp())
    WHERE workspace_id = ${workspaceId} AND time_zone = ${zone}
      AND (changed_at < clock_timestamp() - interval '1 minute' OR changed_at > clock_timestamp())`.execute(
    database,
  );
}
