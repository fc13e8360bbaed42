import { sql, type Transaction } from 'kysely';
import { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { NotificationContext } from '../../context.ts';
import type { Tables } from '../../store/tables.ts';
import { agendaEntryOf, concernsAgenda, latestOfEach } from '../domain/agenda.ts';

/** Maintains the agenda of each person. A digest reads it once a day, so changes may come in few large deliveries. */
export const agendaConsumer = consume({
  topic: topics.taskEvents,
  event: TaskEvent,
  bulk: { maxMessages: 500, maxAwaitMs: 500 },
  concerns: concernsAgenda,
  countsStale: true,
  handle: async ({ clock }: NotificationContext, events, trx: Transaction<Tables>) => ({
    stale: await followTasks(events, trx, clock.now()),
  }),
});

/**
 * Updates the agenda from task events, in the given transaction. Events may come in any order: the highest version wins.
 * @returns how many tasks already had the same or a later version
 */
async function followTasks(events: TaskEvent[], trx: Transaction<Tables>, now: Date): Promise<number> {
  // Sorted by task, so that concurrent deliveries lock rows in the same order.
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
