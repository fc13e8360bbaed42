import { sql, type Transaction } from 'kysely';
import { TaskCommand } from '@rondo/shared/contracts/task-command';
import { topics } from '@rondo/shared/contracts/topics';
import { consume } from '@rondo/shared/messaging/declare-consumer';
import type { ServiceContext } from '../context.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Keeps `task-commands` until it is the turn of their workspace. A command can copy thousands of subtasks: carried out in the
 * delivery, those of one person would hold back those of all others.
 */
export const commandsConsumer = consume({
  topic: topics.taskCommands,
  event: TaskCommand,
  bulk: { maxAwaitMs: 5 },
  wakes: ['commands'],
  async handle(_ctx: ServiceContext, commands, trx: Transaction<Tables>, { traceparents }) {
    const given = commands.map((command, index) => ({
      workspace_id: command.workspace_id,
      command,
      traceparent: traceparents[index] ?? null,
    }));
    await sql`
      INSERT INTO todo_service.waiting_commands (workspace_id, command, traceparent)
      SELECT workspace_id, command, traceparent
      FROM json_to_recordset(${JSON.stringify(given)}::json) AS given (workspace_id uuid, command json, traceparent text)`.execute(
      trx,
    );
  },
});
