import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { expectedState } from '@rondo/shared/contracts/expected-state';
import { Count, PageLimit } from '@rondo/shared/contracts/scalars';
import { Task } from '@rondo/shared/contracts/task';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import { notFound } from '@rondo/shared/errors';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { revertTask } from '../commands/revert-task.ts';
import type { TodoContext } from '../context.ts';
import { findVersion } from '../queries/find-version.ts';
import { HistoryPage, readHistory } from '../queries/read-history.ts';
import { commandContext } from './command-context.ts';
import { taskCommand, taskCommandProblems, taskParams } from './schema-parts.ts';
import { sendAnswer, sendJson } from './send.ts';

const tags = ['tasks'];

const schemas = {
  history: {
    tags,
    summary: 'List the changes of a task',
    description:
      'Lists the changes of a task, newest first, each with who made it and the fields before and after. Follow `next_before` to read all pages.',
    operationId: 'listTaskChanges',
    params: taskParams,
    querystring: Type.Object(
      { limit: PageLimit, before: Type.Optional(Count) },
      { additionalProperties: false },
    ),
    response: { 200: HistoryPage },
    example: {
      response: {
        history: [
          {
            event_id: exampleIds.event,
            event_type: 'task-created',
            version: 1,
            timestamp: exampleTask.created_at,
            actor: { user_id: exampleIds.person, source: 'web' },
            diff: { title: { from: null, to: 'Pay rent' }, priority: { from: null, to: 2 } },
          },
        ],
        next_before: null,
      },
    },
    problems: ['not-found'] satisfies ErrorCode[],
  },
  version: {
    tags,
    summary: 'Get an earlier version of a task',
    description: 'Returns a task as it was at a version. Versions count from 1.',
    params: Type.Object({ ...taskParams.properties, version: Count }),
    response: { 200: Task },
    problems: ['not-found'] satisfies ErrorCode[],
  },
  revert: {
    tags,
    summary: 'Revert a task to an earlier version',
    description: 'Gives a task the content of an earlier version. This is a new change, with a new version.',
    ...taskCommand,
    params: taskParams,
    body: Type.Object({ to_version: Count, ...expectedState }, { additionalProperties: false }),
    response: { 200: Task },
    example: {
      request: { to_version: 1, version: 3 },
      response: { ...exampleTask, version: 4, updated_at: '2027-01-20T18:02:11.000Z' },
    },
    problems: [...taskCommandProblems, 'occurrence-open', 'conflict'] satisfies ErrorCode[],
  },
};

/** Adds the routes of a task's history and versions. */
export function addTaskHistoryRoutes(app: HttpServer, ctx: TodoContext): void {
  const reading = { database: ctx.reads };
  app.get('/api/v1/tasks/:id/history', { schema: schemas.history }, async ({ identity, params, query }) =>
    found(await readHistory(reading, identity.workspaceId, params.id, query)),
  );
  app.get('/api/v1/tasks/:id/versions/:version', { schema: schemas.version }, async (request, reply) => {
    const { id, version } = request.params;
    return sendJson(reply, found(await findVersion(reading, request.identity.workspaceId, id, version)));
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
