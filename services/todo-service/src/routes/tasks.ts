import { Type } from 'typebox';
import { Count } from '@rondo/shared/contracts/scalars';
import { Task, TaskCreation, TaskPatch, TaskReplacement } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { createTask } from '../commands/create-task.ts';
import { deleteTask } from '../commands/delete-task.ts';
import { patchTask } from '../commands/patch-task.ts';
import { replaceTask } from '../commands/replace-task.ts';
import type { TodoContext } from '../context.ts';
import { DeletionScope } from '../domain/bulk-operation.ts';
import { draftOfCreation } from '../domain/quick-add.ts';
import { findTaskJson } from '../queries/find-task.ts';
import { ListQuery } from '../queries/list-query.ts';
import { listTasks } from '../queries/list-tasks.ts';
import { commandContext } from './command-context.ts';
import {
  commandFailures,
  commandHeaders as headers,
  queryFailures,
  taskParams as params,
} from './schema-parts.ts';
import { sendAnswer, sendJson } from './send.ts';

const tags = ['tasks'];

const TaskPage = Type.Object(
  {
    tasks: Type.Array(Task),
    total: Count,
    total_is_exact: Type.Boolean({ description: 'false if there are more than `total` tasks' }),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: 'TaskPage' },
);

const schemas = {
  list: {
    tags,
    summary: 'List tasks',
    querystring: ListQuery,
    response: { 200: TaskPage, ...queryFailures },
  },
  get: {
    tags,
    summary: 'Get a task, including one in the trash',
    params,
    response: { 200: Task, 304: Type.Null(), ...queryFailures },
  },
  create: {
    tags,
    summary: 'Create a task',
    headers,
    body: TaskCreation,
    response: { 200: Task, 201: Task, ...commandFailures },
  },
  replace: {
    tags,
    summary: 'Replace a task',
    headers,
    params,
    body: TaskReplacement,
    response: { 200: Task, ...commandFailures },
  },
  patch: {
    tags,
    summary: 'Change some fields of a task (JSON Merge Patch)',
    headers,
    params,
    body: TaskPatch,
    response: { 200: Task, ...commandFailures },
  },
  delete: {
    tags,
    summary: 'Move a task and its subtasks to the trash',
    headers,
    params,
    querystring: Type.Object({ scope: Type.Optional(DeletionScope) }),
    response: { 204: Type.Null(), ...commandFailures },
  },
};

/** Adds the routes of tasks: list, read, create, replace, patch, delete. */
export function addTaskRoutes(app: HttpServer, ctx: TodoContext): void {
  app.get('/api/v1/tasks', { schema: schemas.list }, async ({ identity, query }, reply) =>
    sendJson(reply, await listTasks(ctx, identity.workspace_id, query)),
  );
  app.get('/api/v1/tasks/:id', { schema: schemas.get }, async (request, reply) => {
    const text = await findTaskJson(ctx, request.identity.workspace_id, request.params.id);
    if (text === undefined) throw notFound('task');
    const etag = `"${(JSON.parse(text) as Task).version}"`;
    reply.header('etag', etag);
    return request.headers['if-none-match'] === etag ? reply.code(304).send(null) : sendJson(reply, text);
  });
  app.post('/api/v1/tasks', { schema: schemas.create }, async (request, reply) => {
    const speaker = { now: ctx.clock.now(), timeZone: request.identity.time_zone };
    const draft = draftOfCreation(request.body, speaker);
    return sendAnswer(reply, await createTask(ctx, commandContext(request), draft));
  });
  app.put('/api/v1/tasks/:id', { schema: schemas.replace }, async (request, reply) =>
    sendAnswer(reply, await replaceTask(ctx, commandContext(request), request.params.id, request.body)),
  );
  app.patch('/api/v1/tasks/:id', { schema: schemas.patch }, async (request, reply) =>
    sendAnswer(reply, await patchTask(ctx, commandContext(request), request.params.id, request.body)),
  );
  app.delete('/api/v1/tasks/:id', { schema: schemas.delete }, async (request, reply) => {
    const scope = request.query.scope ?? 'series';
    return sendAnswer(reply, await deleteTask(ctx, commandContext(request), request.params.id, scope));
  });
}
