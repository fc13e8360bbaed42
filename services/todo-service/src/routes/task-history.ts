import { Type } from 'typebox';
import { Count, Uuid } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { revertTask } from '../commands/revert-task.ts';
import type { TodoContext } from '../context.ts';
import { findVersion } from '../queries/find-version.ts';
import { HistoryPage, readHistory } from '../queries/read-history.ts';
import { commandContext } from './command-context.ts';
import { commandFailures, commandHeaders as headers, queryFailures, taskParams } from './schema-parts.ts';
import { sendAnswer, sendJson } from './send.ts';

const tags = ['tasks'];

const schemas = {
  history: {
    tags,
    summary: 'List the changes of a task, newest first',
    params: taskParams,
    querystring: Type.Object({
      limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
      before: Type.Optional(Count),
    }),
    response: { 200: HistoryPage, ...queryFailures },
  },
  version: {
    tags,
    summary: 'Get a task as it was at a version',
    params: Type.Object({ id: Uuid, version: Count }),
    response: { 200: Task, ...queryFailures },
  },
  revert: {
    tags,
    summary: 'Give a task the content of an earlier version',
    headers,
    params: taskParams,
    body: Type.Object({ to_version: Count, version: Type.Optional(Count) }, { additionalProperties: false }),
    response: { 200: Task, ...commandFailures },
  },
};

/** Adds the routes of a task's history and versions. */
export function addTaskHistoryRoutes(app: HttpServer, ctx: TodoContext): void {
  app.get('/api/v1/tasks/:id/history', { schema: schemas.history }, async ({ identity, params, query }) =>
    found(await readHistory(ctx, identity.workspace_id, params.id, query)),
  );
  app.get('/api/v1/tasks/:id/versions/:version', { schema: schemas.version }, async (request, reply) => {
    const { id, version } = request.params;
    return sendJson(reply, found(await findVersion(ctx, request.identity.workspace_id, id, version)));
  });
  app.post('/api/v1/tasks/:id/revert', { schema: schemas.revert }, async (request, reply) => {
    const { to_version: version } = request.body;
    return sendAnswer(reply, await revertTask(ctx, commandContext(request), request.params.id, version));
  });
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw notFound('task');
  return value;
}
