import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { plannedEachTime } from '@rondo/shared/database/database';
import { latestOfEach } from '../../domain/latest-of-each.ts';
import { insertNudges } from '../../store/nudge-outbox.ts';
import type { Tables } from '../../store/tables.ts';
import { followedTaskOf, type FollowedTask } from '../domain/followed-task.ts';
import type { NewNotification } from '../domain/notification.ts';

type FollowedKey = Pick<FollowedTask, 'workspace_id' | 'task_id'>;

/**
 * Updates followed tasks from their events, in the given transaction: the highest version wins. Entries of the inbox are settled
 * by their tasks, and none is written. Tasks that can't remind are followed only if an entry names them.
 * @returns whether clients are nudged
 */
export async function followTasks(
  events: TaskEvent[],
  trx: Transaction<Tables>,
  now: Date,
): Promise<boolean> {
  if (events.length === 0) return false;
  const tasks = latestOfEach(events.map((event) => followedTaskOf(event)));
  const { rows } = await sql<FollowedKey & { has_settled: boolean }>`${sql.raw(plannedEachTime)}
    INSERT INTO notification_service.followed_tasks AS known
      (workspace_id, task_id, version, number, title, due_date, time_zone, state, changed_at, settled_version, settled_at)
    SELECT workspace_id, task_id, version, number, title, due_date, time_zone, state, ${now.toISOString()}::timestamptz,
           CASE WHEN state = 'open' THEN 0 ELSE version END, CASE WHEN state <> 'open' THEN ${now.toISOString()}::timestamptz END
    FROM json_to_recordset(${JSON.stringify(tasks)}::json) AS given (
      workspace_id uuid, task_id uuid, version bigint, number bigint, title text, due_date text, time_zone text,
      state text, can_remind boolean
    )
    WHERE can_remind OR EXISTS (
      SELECT FROM notification_service.followed_tasks followed
      WHERE followed.workspace_id = given.workspace_id AND followed.task_id = given.task_id
    )
    ON CONFLICT (workspace_id, task_id) DO UPDATE SET
      version = excluded.version, number = coalesce(excluded.number, known.number), title = excluded.title,
      due_date = excluded.due_date, time_zone = excluded.time_zone, state = excluded.state,
      changed_at = excluded.changed_at,
      settled_version = CASE WHEN known.state = 'open' THEN greatest(known.settled_version, excluded.settled_version)
                             ELSE known.settled_version END,
      settled_at = CASE WHEN known.state = 'open' THEN coalesce(excluded.settled_at, known.settled_at) ELSE known.settled_at END
    WHERE known.version < excluded.version
    RETURNING workspace_id, task_id, state <> 'open' OR settled_version > 0 AS has_settled`.execute(trx);
  const settled = rows.filter(({ has_settled: hasSettled }) => hasSettled);
  // A statement of its own: it sees the entries of transactions that the one above waited for.
  return settled.length > 0 && nudgeForEntriesOf(settled, trx, now);
}

/** Nudges the clients of the inboxes that have an entry of these tasks. Of each task two entries are read, however many name it. */
async function nudgeForEntriesOf(
  tasks: FollowedKey[],
  trx: Transaction<Tables>,
  now: Date,
): Promise<boolean> {
  const { rows } = await sql`${sql.raw(plannedEachTime)}
    WITH changed AS (
      SELECT entry.id, task.workspace_id
      FROM json_to_recordset(${JSON.stringify(tasks)}::json) AS task (workspace_id uuid, task_id uuid)
      CROSS JOIN LATERAL (
        SELECT id FROM notification_service.notifications
        WHERE workspace_id = task.workspace_id AND task_id = task.task_id LIMIT 2
      ) entry
    ), nudged AS (${insertNudges({}, now)})
    SELECT FROM changed LIMIT 1`.execute(trx);
  return rows.length > 0;
}

/**
 * Part of a statement: follows the tasks of new reminders, as the reminders say, and returns each followed task. It locks them,
 * so that a task that is done at the same time settles either here or when its event is processed.
 */
export function followReminded(notifications: readonly NewNotification[], now: Date): RawBuilder<unknown> {
  const tasks = latestOfEach(
    notifications.flatMap(({ workspace_id, task_id, title, due_date }) =>
      task_id === null ? [] : [{ workspace_id, task_id, title, due_date, version: 0 }],
    ),
  );
  return sql`
    INSERT INTO notification_service.followed_tasks AS known
      (workspace_id, task_id, version, title, due_date, state, changed_at)
    SELECT workspace_id, task_id, version, title, due_date, 'open', ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(tasks)}::json) AS given (
      workspace_id uuid, task_id uuid, version bigint, title text, due_date text
    )
    ON CONFLICT (workspace_id, task_id) DO UPDATE SET version = known.version
    RETURNING workspace_id, task_id, state, settled_version`;
}
