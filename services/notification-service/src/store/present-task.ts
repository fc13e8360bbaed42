import { sql } from 'kysely';

/**
 * The columns of a task as it is now, in a statement that joins `followed_tasks` as `task`: null until an event of the task was
 * processed.
 */
export const presentTask = sql`
  CASE WHEN task.version > 0 THEN task.title END AS "presentTitle",
  CASE WHEN task.version > 0 THEN task.due_date END AS "presentDue",
  CASE WHEN task.version > 0 THEN task.time_zone END AS "presentZone"`;
