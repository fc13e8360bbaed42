import { v7 } from 'uuid';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { applyDecision } from '../../services/recurring-task-service/src/apply-decision.ts';
import { followTask } from '../../services/recurring-task-service/src/follow-task.ts';
import { Ledger } from '../../services/recurring-task-service/src/ledger.ts';
import { setAtOf } from '../../services/recurring-task-service/src/reminder-book.ts';
import { contentOfSuccessor, daysUntil } from '../../services/todo-service/src/domain/successor.ts';
import { decide, type Change, type Command } from '../../services/todo-service/src/domain/task.ts';

const workspaceId = v7();
const ids = { next: v7 };

/**
 * What Todo and Recurring decide, put together in memory under a clock that a test moves: years of a series in a second.
 * Storage and transport are not in it; they are tested where they are.
 */
export function createVirtualHouse() {
  const tasks = new Map<string, Task>();
  const ledger = new Ledger();
  let seq = 0;

  function change(now: Date, command: Command, id?: string): Task {
    const decided = decide(id === undefined ? undefined : tasks.get(id), command, now);
    if (!decided) throw new Error('nothing changed');
    tell(decided, now);
    return decided.after;
  }

  function tell({ after, event_type, changed }: Change, now: Date): void {
    tasks.set(after.id, after);
    hear({
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

  function hear(event: TaskEvent): void {
    const { workspace_id, task_id: id, payload } = event;
    const task = ledger.task({ workspace_id, id });
    const series = ledger.series({ workspace_id, id: payload.series_id ?? '' });
    const decision = followTask({ task, series }, event);
    if (!decision) return;
    const cause = { actor: event.actor, at: event.timestamp, traceparent: null };
    const options = { ids, cause, setAt: setAtOf(event, task?.version ?? 0) };
    for (const { body } of applyDecision(ledger, decision, options))
      obey(JSON.parse(body) as TaskCommand, new Date(event.timestamp));
  }

  function obey(command: TaskCommand, now: Date): void {
    const { task_id: id } = command;
    if (command.command_type === 'take-back-successor') change(now, { kind: 'delete' }, id);
    if (command.command_type !== 'create-successor') return;
    const of = tasks.get(command.of_task_id);
    if (!of) throw new Error('a successor of nothing');
    const days = daysUntil(command.due_date, of);
    const content = { ...contentOfSuccessor(of, { days, parent_id: null }), due_date: command.due_date };
    const { series_id } = of;
    if (tasks.has(id)) change(now, { kind: 'revert', to: content }, id);
    else change(now, { kind: 'create', id, workspace_id: workspaceId, draft: content, series_id });
  }

  return {
    create: (now: Date, draft: TaskDraft) =>
      change(now, { kind: 'create', id: v7(), workspace_id: workspaceId, draft }),
    change,
    hear,
    /** The live tasks that are open, the last made last. */
    open: () =>
      [...tasks.values()].filter(({ status, deleted_at }) => status !== 'complete' && deleted_at === null),
    all: () => [...tasks.values()],
    series: (id: string) => ledger.series({ workspace_id: workspaceId, id }),
    reminders: (id: string) => ledger.book({ workspace_id: workspaceId, id }),
  };
}
