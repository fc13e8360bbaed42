import {
  commandTypeOf,
  taskCommandSchemaVersion,
  type TaskCommand,
} from '@rondo/shared/contracts/task-command';
import type { Actor } from '@rondo/shared/contracts/actor';
import { topics } from '@rondo/shared/contracts/topics';
import type { Ids } from '@rondo/shared/clock';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Decision, FollowedTask } from './follow-task.ts';
import type { Ledger } from './ledger.ts';
import { setReminders, wantedReminders } from './reminder-book.ts';

/** On whose behalf, when, and in the course of what something was decided. */
export type Cause = { actor: Actor; at: string; traceparent: string | null };

/**
 * Takes a decision into the ledger: the task, its series and history, its reminders as of `setAt` (milliseconds since 1970).
 * @returns what Todo is asked to do
 */
export function applyDecision(
  ledger: Ledger,
  { task, series, history, successor_date: due }: Decision,
  { ids, cause, setAt }: { ids: Ids; cause: Cause; setAt: number },
): OutgoingMessage[] {
  ledger.keepTask(task);
  if (series) {
    ledger.keepSeries({ ...series, updated_at: cause.at });
    ledger.note(series, cause.at, history);
  }
  const wanted = wantedReminders(task, series?.is_paused ?? false);
  const before = ledger.book(task);
  if (wanted.length > 0 || before.size > 0)
    ledger.keepBook(task, setReminders(before, wanted, setAt), cause.traceparent);
  if (due === undefined) return [];
  const id = successorIdOf(task.id);
  if (due !== null) expectSuccessor(ledger, task, { id, due_date: due });
  const actor: Actor = { user_id: cause.actor.user_id, source: 'recurrence' };
  const place = { workspace_id: task.workspace_id, task_id: id, of_task_id: task.id };
  return [
    commandMessage(
      due === null
        ? { command_type: 'take-back-successor', ...place }
        : { command_type: 'create-successor', ...place, due_date: due },
      { ids, cause: { ...cause, actor } },
    ),
  ];
}

/** The successor has its place in the series before it is heard of, so that its events may come in any order. */
function expectSuccessor(
  ledger: Ledger,
  { workspace_id, series_id, task }: FollowedTask,
  { id, due_date: due }: { id: string; due_date: string },
): void {
  const known = ledger.task({ workspace_id, id });
  ledger.keepTask({
    workspace_id,
    id,
    version: 0,
    state: 'open',
    series_id,
    closed_at: null,
    successor_date: null,
    task: { ...task, due_date: due },
    reminders: [],
    ...known,
    scheduled: due,
  });
}

type CommandContent<Command = TaskCommand> = Command extends TaskCommand
  ? Omit<Command, 'event_id' | 'schema_version' | 'timestamp' | 'actor'>
  : never;

/** A command to Todo as a message of the outbox. */
export function commandMessage(
  content: CommandContent,
  { ids, cause: { actor, at, traceparent } }: { ids: Ids; cause: Cause },
): OutgoingMessage {
  const command = {
    event_id: ids.next(),
    schema_version: taskCommandSchemaVersion,
    timestamp: at,
    actor,
    ...content,
  } satisfies TaskCommand;
  return {
    workspace_id: command.workspace_id,
    event_id: command.event_id,
    topic: topics.taskCommands,
    type: commandTypeOf(command.command_type),
    body: JSON.stringify(command),
    traceparent,
  };
}
