import { sql } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { exportCalendar } from '../icalendar/export.ts';
import { hashOfSecret } from '../domain/calendar-secret.ts';
import type { TodoContext } from '../context.ts';

const shownAfterCompletionMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Reads the calendar behind a secret as iCalendar text: the live tasks of its workspace, and tasks completed in the last
 * 30 days. Undefined if the secret is unknown or revoked.
 */
export async function readCalendar(
  { database, clock }: Pick<TodoContext, 'database' | 'clock'>,
  secret: string,
): Promise<string | undefined> {
  const feed = await database
    .selectFrom('todo_service.calendar_feeds')
    .select('workspace_id')
    .where('secret_hash', '=', hashOfSecret(secret))
    .executeTakeFirst();
  if (!feed) return undefined;
  const since = new Date(clock.now().getTime() - shownAfterCompletionMs).toISOString();
  const { rows } = await sql<{ task: string }>`
    SELECT task FROM todo_service.tasks
    WHERE workspace_id = ${feed.workspace_id} AND deleted_at IS NULL
      AND (status <> 'complete' OR (task ->> 'completed_at') COLLATE "C" >= ${since})
    ORDER BY id`.execute(database);
  return exportCalendar(rows.map(({ task }) => JSON.parse(task) as Task));
}
