import type { Ids } from '@rondo/shared/clock';
import type { Actor } from '@rondo/shared/contracts/actor';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { DecisionContext } from '../context.ts';
import type { Decision } from '../domain/decision.ts';
import type { FollowedTask } from '../domain/followed-task.ts';
import { movedReminders, setReminders, wantedReminders } from '../reminders/domain/task-reminders.ts';
import { commandMessage } from './command-message.ts';
import type { RecurrenceUnitOfWork } from './recurrence-unit-of-work.ts';

/**
 * Saves a decision in the unit of work: the task, its series and history, and its reminders.
 * @param setAt when the reminders were set, in milliseconds since 1970
 * @returns the commands to Todo
 */
export function applyDecision(
  work: RecurrenceUnitOfWork,
  { task, series, history, successor }: Decision,
  { ids, context, setAt }: { ids: Ids; context: DecisionContext; setAt: number },
): OutgoingMessage[] {
  const known = work.task(task);
  work.saveTask(task);
  if (series) {
    const wanted_by = series.wanted_after === null ? null : context.actor.user_id;
    work.saveSeries({ ...series, wanted_by, updated_at: context.at });
    work.addHistory(series, context.at, history);
  }
  const wanted = wantedReminders(task, series?.is_paused ?? false);
  const before = known ? movedReminders(work.reminders(task), known, task) : work.reminders(task);
  if (wanted.length > 0 || before.size > 0)
    work.saveReminders(task, setReminders(before, wanted, setAt), context.traceparent);
  if (!successor) return [];
  const { of } = successor;
  if (of !== task) work.saveTask(of);
  const actor: Actor = { user_id: context.actor.user_id, source: 'recurrence' };
  // What recurrence does belongs to no turn.
  const options = { ids, context: { actor, at: context.at, traceparent: context.traceparent } };
  const target = { workspace_id: task.workspace_id, of_task_id: of.id };
  if (successor.kind === 'revoke')
    return [
      commandMessage({ command_type: 'take-back-successor', ...target, task_id: successor.id }, options),
    ];
  const { date } = successor;
  const id = successorIdOf(of.id);
  expectSuccessor(work, of, { id, dueDate: date });
  return [
    commandMessage({ command_type: 'create-successor', ...target, task_id: id, due_date: date }, options),
  ];
}

/** Saves the successor with its date in the series before its first event arrives, so that events can arrive in any order. */
function expectSuccessor(
  work: RecurrenceUnitOfWork,
  { workspace_id, id: ofId, series_id, parent_id, person_zone, is_floating, task }: FollowedTask,
  { id, dueDate }: { id: string; dueDate: string },
): void {
  const known = work.task({ workspace_id, id });
  work.saveTask({
    workspace_id,
    id,
    version: 0,
    number: null,
    state: 'open',
    series_id,
    parent_id,
    person_zone,
    is_floating,
    closed_at: null,
    successor_date: null,
    task: { ...task, due_date: dueDate },
    reminders: [],
    ...known,
    follows_id: ofId,
    scheduled: dueDate,
  });
}
