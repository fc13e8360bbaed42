import type { Ids } from '@rondo/shared/clock';
import { commandTypeOf, type TaskCommand } from '@rondo/shared/contracts/task-command';
import { topics } from '@rondo/shared/contracts/topics';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import type { DecisionContext } from '../context.ts';

type CommandContent<Command = TaskCommand> = Command extends TaskCommand
  ? Omit<Command, 'event_id' | 'schema_version' | 'timestamp' | 'actor' | 'turn_id'>
  : never;

/** A command to Todo as a message for the outbox. */
export function commandMessage(
  content: CommandContent,
  { ids, context: { actor, turnId, at, traceparent } }: { ids: Ids; context: DecisionContext },
): OutgoingMessage {
  const command = {
    event_id: ids.next(),
    schema_version: actor.agent === undefined && turnId === undefined ? '1.0' : '1.1',
    timestamp: at,
    actor,
    ...(turnId === undefined ? {} : { turn_id: turnId }),
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
