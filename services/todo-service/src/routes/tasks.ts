import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { QuickAdd } from '@rondo/shared/contracts/quick-add';
import { Count, Uuid } from '@rondo/shared/contracts/scalars';
import { PhraseToParse, Task, TaskCreation, TaskPatch, TaskReplacement } from '@rondo/shared/contracts/task';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { BulkRequest, DeletionScope } from '../domain/bulk-operation.ts';
import type { CommandAnswer } from '../store/idempotency.ts';
import { changeInBulk } from '../commands/change-in-bulk.ts';
import { completeTask } from '../commands/complete-task.ts';
import { createTask } from '../commands/create-task.ts';
import { deleteTask } from '../commands/delete-task.ts';
import { patchTask } from '../commands/patch-task.ts';
import { reopenTask } from '../commands/reopen-task.ts';
import { replaceTask } from '../commands/replace-task.ts';
import { restoreTask } from '../commands/restore-task.ts';
import { revertTask } from '../commands/revert-task.ts';
import { undoLastChange } from '../commands/undo-last-change.ts';
import { draftOfCreation, parsePhrase } from '../domain/quick-add.ts';
import { commandRequest } from './command-context.ts';
import type { TodoContext } from '../context.ts';

const params = Type.Object({ id: Uuid });
const headers = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'a retry under the same key gets the first answer, for 24 h' }),
  ),
  'if-match': Type.Optional(Type.String({ description: 'the ETag that the task must have' })),
});
const failures = { 401: Problem, 404: Problem, 409: Problem, 412: Problem, 422: Problem, 503: Problem };
const tasks = Type.Object({ tasks: Type.Array(Task) });

const described = (summary: string) => ({ tags: ['tasks'], summary, headers });

/** Adds the commands: what changes tasks. */
export function addCommandRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post(
    '/api/v1/tasks',
    {
      schema: {
        ...described('Create a task'),
        body: TaskCreation,
        response: { 200: Task, 201: Task, ...failures },
      },
    },
    async (request, reply) => {
      const speaker = { now: ctx.clock.now(), time_zone: request.identity.time_zone };
      const draft = draftOfCreation(request.body, speaker);
      return send(reply, await createTask(ctx, commandRequest(request), draft));
    },
  );
  app.post(
    '/api/v1/tasks/parse',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Read a phrase as a task, without making one',
        body: PhraseToParse,
        response: { 200: QuickAdd, ...failures },
      },
    },
    ({ identity, body }) => parsePhrase(body, { now: ctx.clock.now(), time_zone: identity.time_zone }),
  );
  app.put(
    '/api/v1/tasks/:id',
    {
      schema: {
        ...described('Replace a task'),
        params,
        body: TaskReplacement,
        response: { 200: Task, ...failures },
      },
    },
    async (request, reply) =>
      send(reply, await replaceTask(ctx, commandRequest(request), request.params.id, request.body)),
  );
  app.patch(
    '/api/v1/tasks/:id',
    {
      schema: {
        ...described('Change some fields of a task (JSON Merge Patch)'),
        params,
        body: TaskPatch,
        response: { 200: Task, ...failures },
      },
    },
    async (request, reply) =>
      send(reply, await patchTask(ctx, commandRequest(request), request.params.id, request.body)),
  );
  app.delete(
    '/api/v1/tasks/:id',
    {
      schema: {
        ...described('Put a task and its subtasks into the trash'),
        params,
        querystring: Type.Object({ scope: Type.Optional(DeletionScope) }),
        response: { 204: Type.Null(), ...failures },
      },
    },
    async (request, reply) =>
      send(
        reply,
        await deleteTask(ctx, commandRequest(request), request.params.id, request.query.scope ?? 'series'),
      ),
  );
  app.post(
    '/api/v1/tasks/:id/complete',
    { schema: { ...described('Complete a task'), params, response: { 200: Task, ...failures } } },
    async (request, reply) =>
      send(reply, await completeTask(ctx, commandRequest(request), request.params.id)),
  );
  app.post(
    '/api/v1/tasks/:id/reopen',
    {
      schema: {
        ...described('Take back the completion of a task'),
        params,
        response: { 200: Task, ...failures },
      },
    },
    async (request, reply) => send(reply, await reopenTask(ctx, commandRequest(request), request.params.id)),
  );
  app.post(
    '/api/v1/tasks/:id/restore',
    {
      schema: { ...described('Take a task out of the trash'), params, response: { 200: Task, ...failures } },
    },
    async (request, reply) => send(reply, await restoreTask(ctx, commandRequest(request), request.params.id)),
  );
  app.post(
    '/api/v1/tasks/:id/revert',
    {
      schema: {
        ...described('Give a task the content of an earlier version'),
        params,
        body: Type.Object(
          { to_version: Count, version: Type.Optional(Count) },
          { additionalProperties: false },
        ),
        response: { 200: Task, ...failures },
      },
    },
    async (request, reply) =>
      send(reply, await revertTask(ctx, commandRequest(request), request.params.id, request.body.to_version)),
  );
  app.post(
    '/api/v1/tasks/bulk',
    {
      schema: {
        ...described('Up to 500 operations, all or none'),
        body: BulkRequest,
        response: { 200: tasks, ...failures },
      },
    },
    async (request, reply) =>
      send(reply, await changeInBulk(ctx, commandRequest(request), request.body.operations)),
  );
  app.post(
    '/api/v1/undo',
    { schema: { ...described("Take back one's last command"), response: { 200: tasks, ...failures } } },
    async (request, reply) => send(reply, await undoLastChange(ctx, commandRequest(request))),
  );
}

/** Answers are JSON text already; a task's carries its version as ETag, a created one's its place. */
function send(
  reply: FastifyReply,
  { status, body, task, is_replayed: isReplayed }: CommandAnswer,
): FastifyReply {
  if (isReplayed) reply.header('idempotent-replayed', 'true');
  if (task) reply.header('etag', `"${task.version}"`);
  if (task && status === 201) reply.header('location', `/api/v1/tasks/${task.id}`);
  return status === 204
    ? reply.code(204).send()
    : reply.code(status).type('application/json; charset=utf-8').send(body);
}
