import { sql, type Kysely } from 'kysely';
import { reminderEventSchemaVersion, reminderEventType } from '@rondo/shared/contracts/reminder-event';
import { topics } from '@rondo/shared/contracts/topics';
import { plannedEachTime } from '@rondo/shared/database/database';
import { dueRows, type DueClaim } from '@rondo/shared/database/due-rows';
import type { Tables } from '../../store/tables.ts';

export type FiredReminder = {
  workspace_id: string;
  task_id: string;
  event_id: string;
  lateness_ms: number;
};

/** A reminder that fires later than this is marked as late: the plan promises ten seconds. */
const lateFromMs = 10_000;

const table = 'recurring_task_service.reminders';
/** What `readKeysAfter` reads: workspaces with pending reminders. */
export const pendingReminders = { table, key: 'workspace_id', where: `state = 'pending'` };

/** `YYYY-MM-DDTHH:MM:SS.mmmZ` of a timestamptz, in a session whose zone is UTC. */
const rfc3339 = (column: string) => sql`to_char(${sql.ref(column)}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Fires reminders that are due by the clock of the database: marks them and writes their events into the outbox, in one
 * statement, which is one transaction. It skips rows that another replica has locked. A locked row keeps its `ctid` until
 * the end of the statement, so the update finds it by that.
 */
export async function fireReminders(database: Kysely<Tables>, claim: DueClaim): Promise<FiredReminder[]> {
  const isDue = sql`state = 'pending' AND remind_at <= now()`;
  const due = dueRows({ table, columns: sql`ctid`, isDue, dueAt: 'remind_at' }, claim);
  const { rows } = await sql<FiredReminder>`${sql.raw(plannedEachTime)}
    WITH due AS MATERIALIZED (${due}), fired AS (
      UPDATE recurring_task_service.reminders reminder SET state = 'fired', fired_at = now() FROM due
      WHERE reminder.ctid = due.ctid
      RETURNING reminder.workspace_id, reminder.task_id, reminder.remind_at, reminder.event_id, reminder.fired_at,
                reminder.traceparent, (extract(epoch FROM now() - reminder.remind_at) * 1000)::bigint AS lateness_ms
    ), written AS (
      INSERT INTO recurring_task_service.outbox (workspace_id, event_id, topic, type, body, traceparent)
      SELECT fired.workspace_id, event_id, ${topics.reminders}, ${reminderEventType}, json_build_object(
        'event_id', event_id, 'event_type', 'reminder-fired', 'schema_version', ${reminderEventSchemaVersion}::text,
        'timestamp', ${rfc3339('fired_at')}, 'workspace_id', fired.workspace_id, 'task_id', task_id,
        'remind_at', ${rfc3339('remind_at')}, 'lateness_ms', lateness_ms, 'is_late', lateness_ms > ${lateFromMs}::bigint,
        'payload', task
      )::text, fired.traceparent
      FROM fired JOIN recurring_task_service.tasks ON tasks.workspace_id = fired.workspace_id AND tasks.id = task_id
      ORDER BY remind_at
    )
    SELECT workspace_id, task_id, event_id, lateness_ms FROM fired`.execute(database);
  return rows;
}
