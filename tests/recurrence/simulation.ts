import { v7 } from 'uuid';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { followTask } from '../../services/recurring-task-service/src/domain/follow-task.ts';
import { setAtOf } from '../../services/recurring-task-service/src/reminders/domain/task-reminders.ts';
import { applyDecision } from '../../services/recurring-task-service/src/store/apply-decision.ts';
import { RecurrenceUnitOfWork } from '../../services/recurring-task-service/src/store/recurrence-unit-of-work.ts';
import { contentOfSuccessor, daysUntil } from '../../services/todo-service/src/domain/successor.ts';
import { decide, type Change, type Command } from '../../services/todo-service/src/domain/task.ts';

const workspaceId = v7();
const ids = { next: v7 };

/**
 * The decisions of Todo and Recurring, connected in memory, with a clock that a test moves: years of a series take a
 * second. Storage and transport have tests of their own.
 */
export function createSimulation() {
  const tasks = new Map<string, Task>();
  const work = new RecurrenceUnitOfWork();
  let seq = 0;

  function change(now: Date, command: Command, id?: string): Task {
    const decided = decide(id === undefined ? undefined : tasks.get(id), command, now);
    if (!decided) throw new Error('nothing changed');
    publish(decided, now);
    return decided.after;
  }

  function publish({ after, event_type, changed }: Change, now: Date): void {
    tasks.set(after.id, after);
    consume({
      event_id: v7(),
      event_type,
      schema_version: '1.0',
      timestamp: now.toISOString(),
      workspace_id: workspaceId,
      seq: (seq += 1),
      task_id: after.id,
      version: after.version,
      actor: { user_id: workspaceId, source: 'api' },
      payload: after,
      changed,
    });
  }

  function consume(event: TaskEvent): void {
    const known = work.known(event.workspace_id);
    const task = known.task(event.task_id);
    const decision = followTask(known, event);
    if (!decision) return;
    const context = { actor: event.actor, at: event.timestamp, traceparent: null };
    const options = { ids, context, setAt: setAtOf(event, task?.version ?? 0) };
    for (const { body } of applyDecision(work, decision, options))
      execute(JSON.parse(body) as TaskCommand, new Date(event.timestamp));
  }

  function execute(command: TaskCommand, now: Date): void {
    const { task_id: id } = command;
    if (command.command_type === 'take-back-successor') change(now, { kind: 'delete' }, id);
    if (command.command_type !== 'create-successor') return;
    const of = tasks.get(command.of_task_id);
    if (!of) throw new Error('the task before the successor is missing');
    const days = daysUntil(command.due_date, of, null);
    const { due_date } = command;
    const content = contentOfSuccessor(of, { days, parent_id: null, personZone: null, due_date });
    const { series_id } = of;
    if (tasks.has(id)) change(now, { kind: 'revert', to: content }, id);
    else change(now, { kind: 'create', id, workspace_id: workspaceId, draft: content, series_id });
  }

  return {
    create: (now: Date, draft: TaskDraft) =>
      change(now, { kind: 'create', id: v7(), workspace_id: workspaceId, draft }),
    change,
    /** The open tasks, oldest first. */
    open: () =>
      [...tasks.values()].filter(({ status, deleted_at }) => status !== 'complete' && deleted_at === null),
    all: () => [...tasks.values()],
    series: (id: string) => work.series({ workspace_id: workspaceId, id }),
    reminders: (id: string) => work.reminders({ workspace_id: workspaceId, id }),
  };
}
