import { sql, type Kysely } from 'kysely';
import { isoDate, type Day } from '@rondo/time/calendar';
import { instantOf, wallAt } from '@rondo/time/wall-clock';
import { plannedEachTime } from '@rondo/shared/database/database';
import type { DueTask, DueTasks } from '../domain/digest.ts';
import type { Tables } from '../../store/tables.ts';

const maxShown = 20;

type Row = DueTask & { today: number; overdue: number };

/** The open tasks that are due on a day in a time zone, and the overdue ones. All-day tasks are ordered as due at midnight. */
export async function listDueTasks(
  database: Kysely<Tables>,
  workspaceId: string,
  { day, timeZone }: { day: Day; timeZone: string },
): Promise<DueTasks> {
  const date = isoDate(day);
  const begin = new Date(instantOf(wallAt(day), timeZone)).toISOString();
  const end = new Date(instantOf(wallAt(day + 1), timeZone)).toISOString();
  const { rows } = await sql<Row>`${sql.raw(plannedEachTime)}
    WITH due AS (
      SELECT title, due_date, due_day, due_at, task_id,
             coalesce(due_day < ${date}::date, due_at < ${begin}::timestamptz) AS is_overdue
      FROM notification_service.agenda
      WHERE workspace_id = ${workspaceId} AND due_date IS NOT NULL
        AND (due_day <= ${date}::date OR due_at < ${end}::timestamptz)
    )
    SELECT title, due_date, is_overdue, (SELECT count(*) FILTER (WHERE NOT is_overdue) FROM due) AS today,
           (SELECT count(*) FILTER (WHERE is_overdue) FROM due) AS overdue
    FROM due
    ORDER BY is_overdue, coalesce(due_at, due_day::timestamptz + (${begin}::timestamptz - ${date}::timestamptz)), task_id
    LIMIT ${maxShown}`.execute(database);
  const [first] = rows;
  return {
    shown: rows.map(({ title, due_date, is_overdue }) => ({ title, due_date, is_overdue })),
    today: first?.today ?? 0,
    overdue: first?.overdue ?? 0,
  };
}
