import type { Ids } from '@rondo/shared/clock';
import type { Actor } from '@rondo/shared/contracts/actor';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { DecisionContext } from '../context.ts';
import type { Decision } from '../domain/decision.ts';
import type { FollowedTask } from '../domain/followed-task.ts';
import { setReminders, wantedReminders } from '../reminders/domain/task-reminders.ts';
import { commandMessage } from './command-message.ts';
import type { RecurrenceUnitOfWork } from './recurrence-unit-of-work.ts';

/**
 * Saves a decision in the unit of work: the task, its series and history, and its reminders.
 * @param setAt when the reminders were set, in milliseconds since 1970
 * @returns the commands to Todo
 */
export function applyDecision(
  work: RecurrenceUnitOfWork,
  { task, series, history, successorDate }: Decision,
  { ids, context, setAt }: { ids: Ids; context: DecisionContext; setAt: number },
): OutgoingMessage[] {
  work.saveTask(task);
  if (series) {
    work.saveSeries({ ...series, updated_at: context.at });
    work.addHistory(series, context.at, history);
  }
  const wanted = wantedReminders(task, series?.is_paused ?? false);
  const before = work.reminders(task);
  if (wanted.length > 0 || before.size > 0)
    work.saveReminders(task, setReminders(before, wanted, setAt), context.traceparent);
  if (successorDate === undefined) return [];
  const id = successorIdOf(task.id);
  if (successorDate !== null) expectSuccessor(work, task, { id, dueDate: successorDate });
  const actor: Actor = { user_id: context.actor.user_id, source: 'recurrence' };
  const target = { workspace_id: task.workspace_id, task_id: id, of_task_id: task.id };
  return [
    commandMessage(
      successorDate === null
        ? { command_type: 'take-back-successor', ...target }
        : { command_type: 'create-successor', ...target, due_date: successorDate },
      { ids, context: { ...context, actor } },
    ),
  ];
}

/** Saves the successor with its date in the series before its first event arrives, so that events can arrive in any order. */
function expectSuccessor(
  work: RecurrenceUnitOfWork,
  { workspace_id, series_id, task }: FollowedTask,
  { id, dueDate }: { id: string; dueDate: string },
): void {
  const known = work.task({ workspace_id, id });
  work.saveTask({
    workspace_id,
    id,
    version: 0,
    state: 'open',
    series_id,
    closed_at: null,
    successor_date: null,
    task: { ...task, due_date: dueDate },
    reminders: [],
    ...known,
    scheduled: dueDate,
  });
}
