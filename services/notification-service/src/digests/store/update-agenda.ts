import { sql, type Transaction } from 'kysely';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { latestOfEach } from '../../domain/latest-of-each.ts';
import type { Tables } from '../../store/tables.ts';
import { agendaEntryOf } from '../domain/agenda.ts';

/**
 * Updates the agenda of each person from task events, in the given transaction. Events may come in any order: the highest
 * version wins.
 * @returns how many tasks already had the same or a later version
 */
export async function updateAgenda(
  events: TaskEvent[],
  trx: Transaction<Tables>,
  now: Date,
): Promise<number> {
  if (events.length === 0) return 0;
  const entries = latestOfEach(events.map((event) => agendaEntryOf(event)));
  const { numAffectedRows = 0n } = await sql`
    INSERT INTO notification_service.agenda AS known
      (task_id, workspace_id, version, title, due_date, due_day, due_at, changed_at)
    SELECT task_id, workspace_id, version, title, due_date, due_day, due_at, ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(entries)}::json) AS given (
      task_id uuid, workspace_id uuid, version bigint, title text, due_date text, due_day date, due_at timestamptz
    )
    ON CONFLICT (workspace_id, task_id) DO UPDATE SET
      version = excluded.version, title = excluded.title, due_date = excluded.due_date, due_day = excluded.due_day,
      due_at = excluded.due_at, changed_at = excluded.changed_at
    WHERE known.version < excluded.version`.execute(trx);
  return entries.length - Number(numAffectedRows);
}
