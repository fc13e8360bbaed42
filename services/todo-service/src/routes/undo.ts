import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { Uuid } from '@rondo/shared/contracts/scalars';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { undo } from '../commands/undo.ts';
import type { TodoContext } from '../context.ts';
import { commandContext } from './command-context.ts';
import { ChangedTasks, UndoneImport, workspaceCommand } from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const UndoRequest = Type.Object(
  {
    command_id: Type.Optional(
      Type.String({ ...Uuid, description: 'the command to undo: `Rondo-Command`, `command_id` of a change' }),
    ),
    turn_id: Type.Optional(Type.String({ ...Uuid, description: 'the turn whose commands to undo' })),
  },
  { $id: 'UndoRequest', additionalProperties: false, maxProperties: 1 },
);

const UndoneChange = Type.Object({
  ...ChangedTasks.properties,
  at_top_level: Type.Optional(
    Type.Array(Uuid, {
      description: 'tasks whose parent before was deleted for good: they are at the top level',
    }),
  ),
  import: Type.Optional(UndoneImport),
});

const schema = {
  tags: ['tasks'],
  ...workspaceCommand,
  summary: 'Undo a command or a turn',
  description:
    'Without a body, undoes your last command on tasks of the past 24 hours that no agent made and that is not undone yet; call it again to undo the one before. For an agent it is the last command of this agent. With `command_id`, undoes that command, and with `turn_id` all commands of the turn that are not undone yet, as one, as long as their events are kept. An agent can undo only what it did itself. If a task has changed since, nothing is undone: 409 `undo-conflict`, and `errors` names the task and what changed it; a change of the same turn does not count. Saved filters and settings stay as they are. Tasks that were deleted for good can not be brought back: their changes are skipped, and so are moves out of them to the top level. An import is undone as a whole: `import` counts its tasks, and `tasks` has the first 500. If some remain, call it again.',
  operationId: 'undo',
  body: UndoRequest,
  response: { 200: UndoneChange },
  example: {
    request: { command_id: exampleIds.command },
    response: { tasks: [{ ...exampleTask, version: 3, updated_at: '2027-02-01T07:45:00.000Z' }] },
  },
  problems: [
    'not-found',
    'idempotency-key-reused',
    'undo-conflict',
    'occurrence-open',
    'conflict',
    'command-too-large',
    'quota-exceeded',
  ] satisfies ErrorCode[],
};

/** Adds the undo of commands and turns. */
export function addUndoRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post(
    '/api/v1/undo',
    {
      schema,
      // No body asks for the last command, like an empty one.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) => sendAnswer(reply, await undo(ctx, commandContext(request), request.body)),
  );
}
