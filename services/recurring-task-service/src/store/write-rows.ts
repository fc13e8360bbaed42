import { sql, type Transaction } from 'kysely';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { FollowedTask } from '../domain/followed-task.ts';
import { reminderIdOf, type TaskReminders } from '../reminders/domain/task-reminders.ts';
import type { SeriesState } from '../series/domain/series.ts';
import type { Tables } from './tables.ts';

/** The key of a task or a series. */
export type RowKey = { workspace_id: string; id: string };

/**
 * The reminders of a task. `traces`: the traceparent that set each of those that are not stored yet, by instant. `forgotten`: fired
 * and passed ones that are not kept any more.
 */
export type StoredReminders = {
  task: RowKey;
  reminders: TaskReminders;
  traces: Map<number, string | null>;
  forgotten: Set<number>;
};

export async function writeTasks(trx: Transaction<Tables>, tasks: FollowedTask[]): Promise<void> {
  await sql`
    INSERT INTO recurring_task_service.tasks AS known
      (workspace_id, id, version, number, state, series_id, parent_id, follows_id, scheduled, closed_at, successor_date,
       person_zone, is_floating, task, reminders)
    SELECT * FROM json_to_recordset(${JSON.stringify(tasks)}::json) AS given (
      workspace_id uuid, id uuid, version bigint, number bigint, state text, series_id uuid, parent_id uuid, follows_id uuid,
      scheduled text, closed_at timestamptz, successor_date text, person_zone text, is_floating boolean, task json, reminders json
    )
    ON CONFLICT (workspace_id, id) DO UPDATE SET
      version = excluded.version, number = excluded.number, state = excluded.state, series_id = excluded.series_id,
      parent_id = excluded.parent_id, follows_id = excluded.follows_id, scheduled = excluded.scheduled,
      closed_at = excluded.closed_at, successor_date = excluded.successor_date,
      person_zone = excluded.person_zone, is_floating = excluded.is_floating, task = excluded.task, reminders = excluded.reminders`.execute(
    trx,
  );
}

export async function writeSeries(trx: Transaction<Tables>, series: SeriesState[]): Promise<void> {
  await sql`
    INSERT INTO recurring_task_service.series
      (workspace_id, id, title, rule, anchor, time_zone, person_zone, is_floating, basis, rdates, exdates, gap, month_end, overdue,
       is_paused, done, current_task_id, ended_reason, version, next_occurrences, wanted_after, wanted_by, created_at, updated_at)
    SELECT * FROM json_to_recordset(${JSON.stringify(series)}::json) AS given (
      workspace_id uuid, id uuid, title text, rule text, anchor text, time_zone text, person_zone text, is_floating boolean,
      basis text, rdates json,
      exdates json, gap text, month_end text, overdue text, is_paused boolean, done bigint, current_task_id uuid, ended_reason text,
      version bigint, next_occurrences json, wanted_after timestamptz, wanted_by uuid, created_at timestamptz, updated_at timestamptz
    )
    ON CONFLICT (workspace_id, id) DO UPDATE SET
      title = excluded.title, rule = excluded.rule, anchor = excluded.anchor, time_zone = excluded.time_zone,
      person_zone = excluded.person_zone, is_floating = excluded.is_floating, basis = excluded.basis, rdates = excluded.rdates, exdates = excluded.exdates, gap = excluded.gap,
      month_end = excluded.month_end, overdue = excluded.overdue, is_paused = excluded.is_paused, done = excluded.done,
      current_task_id = excluded.current_task_id, ended_reason = excluded.ended_reason,
      version = excluded.version,
      next_occurrences = excluded.next_occurrences, wanted_after = excluded.wanted_after, wanted_by = excluded.wanted_by,
      created_at = excluded.created_at, updated_at = excluded.updated_at`.execute(trx);
}

export async function writeHistory(trx: Transaction<Tables>, entries: object[]): Promise<void> {
  await sql`
    INSERT INTO recurring_task_service.series_history (workspace_id, series_id, at, kind, task_id, date, detail)
    SELECT * FROM json_to_recordset(${JSON.stringify(entries)}::json) AS given (
      workspace_id uuid, series_id uuid, at timestamptz, kind text, task_id uuid, date text, detail text
    )`.execute(trx);
}

/** Deletes reminders that are gone and inserts new ones. A pending reminder that has fired in the meantime stays fired. */
export async function writeReminders(trx: Transaction<Tables>, changed: StoredReminders[]): Promise<void> {
  const rows = changed.flatMap(({ task, reminders, traces }) =>
    [...reminders].map(([ms, state]) => {
      const at = new Date(ms).toISOString();
      return {
        workspace_id: task.workspace_id,
        task_id: task.id,
        remind_at: at,
        state,
        event_id: reminderIdOf(task.workspace_id, task.id, at),
        traceparent: traces.get(ms) ?? null,
      };
    }),
  );
  const tasks = changed.map(({ task }) => task);
  const forgotten = changed.flatMap((one) =>
    [...one.forgotten].map((ms) => ({
      workspace_id: one.task.workspace_id,
      task_id: one.task.id,
      remind_at: new Date(ms).toISOString(),
    })),
  );
  await sql`${sql.raw(plannedEachTime)}
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given (
        workspace_id uuid, task_id uuid, remind_at timestamptz, state text, event_id uuid, traceparent text
      )
    ), gone AS (
      DELETE FROM recurring_task_service.reminders pending
      USING json_to_recordset(${JSON.stringify(tasks)}::json) AS task (workspace_id uuid, id uuid)
      WHERE pending.workspace_id = task.workspace_id AND pending.task_id = task.id AND pending.state = 'pending'
        AND NOT EXISTS (
          SELECT FROM given WHERE given.workspace_id = pending.workspace_id AND given.task_id = pending.task_id
            AND given.remind_at = pending.remind_at
        )
    ), forgotten AS (
      DELETE FROM recurring_task_service.reminders over
      USING json_to_recordset(${JSON.stringify(forgotten)}::json) AS one (
        workspace_id uuid, task_id uuid, remind_at timestamptz
      )
      WHERE over.workspace_id = one.workspace_id AND over.task_id = one.task_id AND over.remind_at = one.remind_at
    )
    INSERT INTO recurring_task_service.reminders (workspace_id, task_id, remind_at, state, event_id, traceparent)
    SELECT workspace_id, task_id, remind_at, state, event_id, traceparent FROM given WHERE state <> 'fired'
    ON CONFLICT (workspace_id, task_id, remind_at) DO NOTHING`.execute(trx);
}
