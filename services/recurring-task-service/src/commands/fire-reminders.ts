import { sql, type Kysely } from 'kysely';
import { reminderEventSchemaVersion, reminderEventType } from '@rondo/shared/contracts/reminder-event';
import { topics } from '@rondo/shared/contracts/topics';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { Tables } from '../tables.ts';

/** From so late on people are told that a reminder is late: the plan promises it within ten seconds. */
const lateFromMs = 10_000;

/** `YYYY-MM-DDTHH:MM:SS.mmmZ` of a timestamptz, in a session whose zone is UTC. */
const rfc3339 = (column: string) => sql`to_char(${sql.ref(column)}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Fires reminders that are due by the database's clock: marks them and writes their events into the outbox, in one
 * statement, which is one transaction. What another replica has in its hands is left to it; what this one has locked stays
 * where it is in the table until the end of the statement, and is found by that place.
 * @returns how late each one was, in milliseconds
 */
export async function fireReminders(database: Kysely<Tables>, limit: number): Promise<number[]> {
  const { rows } = await sql<{ lateness_ms: number }>`${sql.raw(plannedEachTime)}
    WITH due AS MATERIALIZED (
      SELECT ctid FROM recurring_task_service.reminders
      WHERE state = 'pending' AND remind_at <= now() ORDER BY remind_at LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    ), fired AS (
      UPDATE recurring_task_service.reminders reminder SET state = 'fired', fired_at = now() FROM due
      WHERE reminder.ctid = due.ctid
      RETURNING reminder.workspace_id, reminder.task_id, reminder.remind_at, reminder.event_id, reminder.fired_at,
                reminder.traceparent, (extract(epoch FROM now() - reminder.remind_at) * 1000)::bigint AS lateness_ms
    ), told AS (
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
    SELECT lateness_ms FROM fired`.execute(database);
  return rows.map(({ lateness_ms: lateness }) => lateness);
}

/** Milliseconds until the earliest pending reminder by the database's clock; null when there is none. */
export async function untilNextReminder(database: Kysely<Tables>): Promise<number | null> {
  const { rows } = await sql<{ ms: number | null }>`${sql.raw(plannedEachTime)}
    SELECT (extract(epoch FROM min(remind_at) - clock_timestamp()) * 1000)::float8 AS ms
    FROM recurring_task_service.reminders WHERE state = 'pending'`.execute(database);
  return rows[0]?.ms ?? null;
}
