import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Count } from '@rondo/shared/contracts/scalars';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { emptyTrash } from '../commands/empty-trash.ts';
import type { TodoContext } from '../context.ts';
import { keyedContext } from './command-context.ts';
import { workspaceCommand } from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const EmptiedTrash = Type.Object(
  {
    purged: Count,
    remaining: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'repeat the request until it is 0',
    }),
  },
  { $id: 'EmptiedTrash' },
);

const schema = {
  tags: ['tasks'],
  summary: 'Empty the trash',
  description:
    'Deletes all tasks in the trash for good. This can not be undone. A large trash takes several requests: repeat it while `remaining` is not 0.',
  operationId: 'deleteTrash',
  ...workspaceCommand,
  response: { 200: EmptiedTrash },
  example: { response: { purged: 12, remaining: 0 } },
  problems: ['conflict', 'quota-exceeded'] satisfies ErrorCode[],
};

/** Adds the trash. `GET /api/v1/tasks?trash=true` lists it. */
export function addTrashRoutes(app: HttpServer, ctx: TodoContext): void {
  app.delete('/api/v1/trash', { schema }, async (request, reply) =>
    sendAnswer(reply, await emptyTrash(ctx, keyedContext(request))),
  );
}
