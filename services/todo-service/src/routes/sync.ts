import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '@rondo/shared/contracts/problem';
import { Count, Uuid } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';
import { ChangePage, SnapshotPage } from '@rondo/shared/contracts/task-event';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { findTaskJson } from '../queries/find-task.ts';
import { findVersion } from '../queries/find-version.ts';
import { listLabels, listLists, NamesWithCounts } from '../queries/list-names.ts';
import { ListQuery, listTasks } from '../queries/list-tasks.ts';
import { readChanges } from '../queries/read-changes.ts';
import { HistoryPage, readHistory } from '../queries/read-history.ts';
import { readSnapshot } from '../queries/read-snapshot.ts';
import type { TodoContext } from '../context.ts';

const params = Type.Object({ id: Uuid });
const failures = { 401: Problem, 404: Problem, 422: Problem, 503: Problem };
const TaskPage = Type.Object(
  {
    tasks: Type.Array(Task),
    total: Count,
    total_is_exact: Type.Boolean({ description: 'false: there are more than `total` of them' }),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: 'TaskPage' },
);

const described = (tag: string, summary: string) => ({ tags: [tag], summary });

/** Adds the queries. Documents are sent as they are stored. */
export function addQueryRoutes(app: HttpServer, ctx: TodoContext): void {
  app.get(
    '/api/v1/tasks',
    {
      schema: {
        ...described('tasks', 'List tasks'),
        querystring: ListQuery,
        response: { 200: TaskPage, ...failures },
      },
    },
    async ({ identity, query }, reply) => sendJson(reply, await listTasks(ctx, identity.workspace_id, query)),
  );
  app.get(
    '/api/v1/tasks/:id',
    {
      schema: {
        ...described('tasks', 'One task, in the trash or not'),
        params,
        response: { 200: Task, 304: Type.Null(), ...failures },
      },
    },
    async (request, reply) => {
      const task = found(await findTaskJson(ctx, request.identity.workspace_id, request.params.id));
      const etag = `"${(JSON.parse(task) as Task).version}"`;
      reply.header('etag', etag);
      return request.headers['if-none-match'] === etag ? reply.code(304).send(null) : sendJson(reply, task);
    },
  );
  app.get(
    '/api/v1/tasks/:id/history',
    {
      schema: {
        ...described('tasks', 'What happened to a task, newest first'),
        params,
        querystring: Type.Object({
          limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
          before: Type.Optional(Count),
        }),
        response: { 200: HistoryPage, ...failures },
      },
    },
    async ({ identity, params, query }) =>
      found(await readHistory(ctx, identity.workspace_id, params.id, query)),
  );
  app.get(
    '/api/v1/tasks/:id/versions/:version',
    {
      schema: {
        ...described('tasks', 'A task as it was at a version'),
        params: Type.Object({ id: Uuid, version: Count }),
        response: { 200: Task, ...failures },
      },
    },
    async ({ identity, params }, reply) =>
      sendJson(reply, found(await findVersion(ctx, identity.workspace_id, params.id, params.version))),
  );
  app.get(
    '/api/v1/lists',
    { schema: { ...described('tasks', 'Lists in use'), response: { 200: NamesWithCounts, ...failures } } },
    ({ identity }) => listLists(ctx, identity.workspace_id),
  );
  app.get(
    '/api/v1/labels',
    { schema: { ...described('tasks', 'Labels in use'), response: { 200: NamesWithCounts, ...failures } } },
    ({ identity }) => listLabels(ctx, identity.workspace_id),
  );
  app.get(
    '/api/v1/changes',
    {
      schema: {
        ...described('sync', 'The events after a seq, in order; 410 or 409 ask for a snapshot'),
        querystring: Type.Object({
          since: Count,
          limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 500 }),
        }),
        response: { 200: ChangePage, 409: Problem, 410: Problem, ...failures },
      },
    },
    async ({ identity, query }, reply) =>
      sendJson(reply, await readChanges(ctx, identity.workspace_id, query)),
  );
  app.get(
    '/api/v1/snapshot',
    {
      schema: {
        ...described('sync', 'All live tasks, page by page, for a client that starts'),
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ maxLength: 500 })),
          limit: Type.Integer({ minimum: 1, maximum: 5_000, default: 1_000 }),
        }),
        response: { 200: SnapshotPage, ...failures },
      },
    },
    async ({ identity, query }, reply) =>
      sendJson(reply, await readSnapshot(ctx, identity.workspace_id, query)),
  );
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text);
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw notFound('task');
  return value;
}
