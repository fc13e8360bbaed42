import { sql } from 'kysely';
import type { TodoContext } from '../context.ts';
import { matchesOf, placeOf, type OpenList } from './list-conditions.ts';

/** How many of the newest tasks are looked at, and how many of them must match. */
type Sample = { newest: number; atLeast: number };

/** Cheap, and enough to tell that a list is not one of common matches. */
const glance: Sample = { newest: 200, atLeast: 20 };

/**
 * Whether more than `count` of the newest tasks match. An index of words reads all matches before it returns the first, so a word in
 * every second task takes time in proportion to the workspace. A scan in sort order fills a page of such matches at once.
 */
export async function areMatchesCommon(
  database: TodoContext['database'],
  list: OpenList,
  count: number,
): Promise<boolean> {
  if (!(await isReached(database, list, glance))) return false;
  return isReached(database, list, { newest: (count * glance.newest) / glance.atLeast, atLeast: count + 1 });
}

async function isReached(
  database: TodoContext['database'],
  list: OpenList,
  { newest, atLeast }: Sample,
): Promise<boolean> {
  const { rows } = await sql<{ found: number }>`
    SELECT count(*) AS found FROM (
      SELECT FROM (
        SELECT ${matchesOf(list)} AS is_match FROM todo_service.tasks WHERE ${placeOf(list)}
        ORDER BY created_at DESC, id DESC LIMIT ${newest}
      ) newest WHERE is_match LIMIT ${atLeast}
    ) matches`.execute(database);
  return (rows[0]?.found ?? 0) >= atLeast;
}
