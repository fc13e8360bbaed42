import type { Transaction } from 'kysely';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { Ids } from '@rondo/shared/clock';
import { enqueueMessages } from '@rondo/shared/messaging/message-outbox';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { applyDecision } from '../apply-decision.ts';
import { followTask } from '../follow-task.ts';
import { Ledger } from '../ledger.ts';
import { setAtOf } from '../reminder-book.ts';
import { schema, type Tables } from '../tables.ts';

/**
 * Keeps series and reminders in step with their tasks, in the given transaction, and asks Todo for the successors of the
 * occurrences that were let go.
 * @returns how many of the events came behind a later one of their task
 */
export async function followTasks(
  events: TaskEvent[],
  trx: Transaction<Tables>,
  { ids, traceparents }: { ids: Ids; traceparents: (string | undefined)[] },
): Promise<number> {
  const tasks = events.flatMap(({ workspace_id, task_id: id, payload }) => [
    { workspace_id, id },
    ...(payload.series_id === null ? [] : [{ workspace_id, id: successorIdOf(id) }]),
  ]);
  const series = events.flatMap(({ workspace_id, payload }) =>
    payload.series_id === null ? [] : [{ workspace_id, id: payload.series_id }],
  );
  const ledger = await Ledger.open(trx, tasks, series);
  let stale = 0;
  const messages = events.flatMap((event, index) => {
    const { workspace_id, task_id: id, payload } = event;
    const known = {
      task: ledger.task({ workspace_id, id }),
      series: payload.series_id === null ? undefined : ledger.series({ workspace_id, id: payload.series_id }),
    };
    const decision = followTask(known, event);
    if (!decision) {
      stale += 1;
      return [];
    }
    const cause = { actor: event.actor, at: event.timestamp, traceparent: traceparents[index] ?? null };
    const setAt = setAtOf(event, known.task?.version ?? 0);
    return applyDecision(ledger, decision, { ids, cause, setAt });
  });
  await ledger.write(trx);
  await enqueueMessages(trx, schema, messages);
  return stale;
}
