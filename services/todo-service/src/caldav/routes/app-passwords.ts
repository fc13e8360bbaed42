import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Uuid } from '@rondo/shared/contracts/scalars';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { answerWith, idempotencyHeaders as headers } from '@rondo/shared/http/idempotency-key';
import { AppPassword, AppPasswordCreation, NewAppPassword } from '../app-password.ts';
import { createAppPassword } from '../commands/create-app-password.ts';
import { revokeAppPassword } from '../commands/revoke-app-password.ts';
import { listAppPasswords } from '../queries/list-app-passwords.ts';
import type { TodoContext } from '../../context.ts';
import { keyedContext } from '../../routes/command-context.ts';

const tags = ['calendar'];
const path = '/api/v1/app-passwords';

const schemas = {
  create: {
    tags,
    summary: 'Create an app password',
    description:
      'Creates a password with which an app signs in at `/dav/` (CalDAV), at most 20 for a person. It is shown only in this answer. Any user name is accepted with it. A retry with the same `Idempotency-Key` creates no other, and is a 409 `shown-once`.',
    operationId: 'createAppPassword',
    headers,
    body: AppPasswordCreation,
    response: { 201: NewAppPassword },
    problems: ['too-many-app-passwords', 'shown-once'] satisfies ErrorCode[],
  },
  list: {
    tags,
    summary: 'List the app passwords',
    description: 'Lists names and last uses of the app passwords. The passwords are not shown again.',
    response: { 200: Type.Array(AppPassword) },
  },
  revoke: {
    tags,
    summary: 'Revoke an app password',
    description: 'Stops an app password from working at once.',
    operationId: 'revokeAppPassword',
    headers,
    params: Type.Object({ id: Uuid }),
    response: { 204: Type.Null() },
    problems: ['not-found'] satisfies ErrorCode[],
  },
};

/** Adds the passwords with which apps sign in that can't send a token. */
export function addAppPasswordRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post(path, { schema: schemas.create }, async (request, reply) =>
    answerWith(reply, await createAppPassword(ctx, keyedContext(request), request.body.name)),
  );
  app.get(path, { schema: schemas.list }, ({ identity }) =>
    listAppPasswords({ database: ctx.reads }, identity),
  );
  app.delete(`${path}/:id`, { schema: schemas.revoke }, async (request, reply) =>
    answerWith(reply, await revokeAppPassword(ctx, keyedContext(request), request.params.id)),
  );
}
