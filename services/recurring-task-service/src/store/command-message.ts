import type { Ids } from '@rondo/shared/clock';
import {
  commandTypeOf,
  taskCommandSchemaVersion,
  type TaskCommand,
} from '@rondo/shared/contracts/task-command';
import { topics } from '@rondo/shared/contracts/topics';
import type { OutgoingMessage } from '@rondo/shared/messaging/message-outbox';
import type { DecisionContext } from '../context.ts';

type CommandContent<Command = TaskCommand> = Command extends TaskCommand
  ? Omit<Command, 'event_id' | 'schema_version' | 'timestamp' | 'actor'>
  : never;

/** A command to Todo as a message for the outbox. */
export function commandMessage(
  content: CommandContent,
  { ids, context: { actor, at, traceparent } }: { ids: Ids; context: DecisionContext },
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
