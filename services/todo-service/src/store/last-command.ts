import { sql, type Kysely, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { CommandContext } from '../context.ts';
import { isMoveOutOfPurged, isPurged } from './purged-tasks.ts';
import type { Tables } from './tables.ts';
import { isUndo, isUndone } from './undone-events.ts';

export type LastCommand = { id: string; isImport: boolean };

type FoundInWindow = { id: string | null; isImport: boolean; oldest: string };

const maxAgeMs = 24 * 60 * 60 * 1000;
/** Events that one statement looks at. The command is among the first ones, unless others made many changes since. */
const window = 5_000;

/**
 * Finds the last command of the past 24 hours that the person made without an agent, or the agent for the person, and that is not undone.
 * Changes that recurrence made on the person's behalf don't count: recurrence revokes them itself. Nor do those of purged tasks,
 * which nothing brings back, and moves out of purged parents.
 */
export async function lastCommandOf(
  database: Kysely<Tables> | Transaction<Tables>,
  { identity: { workspaceId, personId, agent } }: CommandContext,
  now: Date,
): Promise<LastCommand | undefined> {
  const since = new Date(now.getTime() - maxAgeMs).toISOString();
  const head = await database
    .selectFrom('todo_service.workspaces')
    .select('seq')
    .where('id', '=', workspaceId)
    .executeTakeFirst();
  const byCaller = agent ? sql`did.agent ->> 'client_id' = ${agent.client_id}` : sql`did.agent IS NULL`;
  // Events have no index by time: it goes back until they are too old.
  for (let upTo = head?.seq ?? 0; upTo > 0; upTo -= window) {
    const inWindow = sql`workspace_id = ${workspaceId} AND seq <= ${upTo} AND seq > ${upTo - window}`;
    const { rows } = await sql<FoundInWindow>`${sql.raw(plannedEachTime)}
      SELECT last.id, last."isImport", oldest.occurred_at AS oldest
      FROM (SELECT occurred_at FROM todo_service.events WHERE ${inWindow} ORDER BY seq LIMIT 1) oldest
      LEFT JOIN LATERAL (
        SELECT did.command_id AS id, made.id IS NOT NULL AS "isImport"
        FROM (SELECT * FROM todo_service.events WHERE ${inWindow}) did
          LEFT JOIN todo_service.imports made ON made.id = did.command_id
        WHERE actor_id = ${personId} AND ${byCaller} AND NOT ${isUndo('did')} AND actor_source <> 'recurrence'
          AND occurred_at > ${since} AND NOT ${isPurged('did')} AND NOT ${isMoveOutOfPurged('did')}
          AND CASE WHEN made.id IS NULL THEN NOT ${isUndone('did')} ELSE made.undone_at IS NULL END
        ORDER BY seq DESC LIMIT 1
      ) last ON true`.execute(database);
    const [found] = rows;
    if (!found) return undefined;
    if (found.id !== null) return { id: found.id, isImport: found.isImport };
    if (found.oldest <= since) return undefined;
  }
  return undefined;
}
