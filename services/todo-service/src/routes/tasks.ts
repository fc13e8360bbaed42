import { Type } from 'typebox';
import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { Count, NextCursor } from '@rondo/shared/contracts/scalars';
import { Task, TaskCreation, TaskPatch, TaskReplacement } from '@rondo/shared/contracts/task';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import { notFound } from '@rondo/shared/errors';
import { isKnownToClient, sendNotModified } from '@rondo/shared/http/conditional-get';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { nextSlice } from '@rondo/shared/workers/slices';
import { zoneOf } from '@rondo/shared/zone-of-person';
import { createTask } from '../commands/create-task.ts';
import { deleteTask } from '../commands/delete-task.ts';
import { patchTask } from '../commands/patch-task.ts';
import { replaceTask } from '../commands/replace-task.ts';
import type { TodoContext } from '../context.ts';
import { DeletionScope } from '../domain/bulk-operation.ts';
import { entityTagOf } from '../domain/entity-tag.ts';
import { checkFloatingInput } from '../domain/floating.ts';
import { draftOfCreation } from '../domain/quick-add.ts';
import { findTaskJson } from '../queries/find-task.ts';
import { ListQuery } from '../queries/list-query.ts';
import { listTasks } from '../queries/list-tasks.ts';
import { resolveFilter } from '../queries/resolve-filter.ts';
import { commandContext } from './command-context.ts';
import {
  workspaceCommand,
  deletionProblems,
  taskCommand,
  taskCommandProblems,
  taskParams as params,
} from './schema-parts.ts';
import { sendAnswer, sendJson } from './send.ts';

const tags = ['tasks'];

const TaskPage = Type.Object(
  {
    tasks: Type.Array(Task),
    total: Count,
    total_is_exact: Type.Boolean({ description: 'false if there are more than `total` tasks' }),
    next_cursor: NextCursor,
  },
  { $id: 'TaskPage' },
);

const replacedTask = {
  ...exampleTask,
  version: 4,
  priority: 4,
  labels: [],
  list: null,
  due_date: '2027-02-01',
  time_zone: null,
  reminders: [],
  is_recurring: false,
  recurrence_rule: null,
  updated_at: '2027-01-20T18:02:11.000Z',
};

const schemas = {
  list: {
    tags,
    summary: 'List tasks',
    description:
      'Lists the tasks that match all given filters, newest first. A page has at most 1 MiB, so it may have fewer tasks than `limit`. Follow `next_cursor` to read all pages. Filters that contradict each other are 422.',
    querystring: ListQuery,
    response: { 200: TaskPage },
    problems: ['not-found', 'search-too-costly'] satisfies ErrorCode[],
  },
  get: {
    tags,
    summary: 'Get a task',
    description:
      'Returns a task, even one in the trash, with an ETag of its version and of the history in which it counts. With the ETag in `If-None-Match`, an unchanged task is a 304.',
    params,
    response: { 200: Task, 304: Type.Null() },
    problems: ['not-found'] satisfies ErrorCode[],
  },
  create: {
    tags,
    summary: 'Create a task',
    description:
      'Creates a task from fields or from a phrase in `quick_add`. Give an `id` or an `Idempotency-Key` to retry safely: a repeated creation is a 200 with the task.',
    ...workspaceCommand,
    body: TaskCreation,
    response: { 200: Task, 201: Task },
    problems: [
      'invalid-rule',
      'document-too-large',
      'task-id-taken',
      'conflict',
      'quota-exceeded',
    ] satisfies ErrorCode[],
  },
  replace: {
    tags,
    summary: 'Replace a task',
    description:
      'Replaces the content of a task; an absent field gets its default. Send `If-Match`, or `version` with `history_id`, to refuse the change if the task has changed since you read it.',
    ...taskCommand,
    params,
    body: TaskReplacement,
    response: { 200: Task },
    example: { response: replacedTask },
    problems: [...taskCommandProblems, 'invalid-rule', 'occurrence-open', 'conflict'] satisfies ErrorCode[],
  },
  patch: {
    tags,
    summary: 'Change fields of a task',
    description:
      'Changes only the given fields (JSON Merge Patch, RFC 7396). Send `If-Match`, or `version` with `history_id`, to refuse the change if the task has changed since you read it.',
    ...taskCommand,
    params,
    body: TaskPatch,
    response: { 200: Task },
    example: {
      response: { ...exampleTask, priority: 1, version: 4, updated_at: '2027-01-20T18:02:11.000Z' },
    },
    problems: [...taskCommandProblems, 'invalid-rule', 'occurrence-open', 'conflict'] satisfies ErrorCode[],
  },
  delete: {
    tags,
    summary: 'Delete a task',
    description:
      'Moves a task and its subtasks to the trash, where they stay for 30 days. For a recurring task, `scope` says whether its series ends or only this occurrence is skipped.',
    ...taskCommand,
    params,
    querystring: Type.Object({ scope: Type.Optional(DeletionScope) }, { additionalProperties: false }),
    response: { 204: Type.Null() },
    problems: [...deletionProblems, 'conflict'] satisfies ErrorCode[],
  },
};

/** Adds the routes of tasks: list, read, create, replace, patch, delete. */
export function addTaskRoutes(app: HttpServer, ctx: TodoContext): void {
  const reading = { database: ctx.reads };
  app.get('/api/v1/tasks', { schema: schemas.list }, async ({ identity, query: given }, reply) => {
    const { workspaceId } = identity;
    const query = await resolveFilter(reading, workspaceId, given);
    return sendJson(reply, await listTasks(reading, { workspaceId, query, timeZone: zoneOf(identity) }));
  });
  app.get('/api/v1/tasks/:id', { schema: schemas.get }, async (request, reply) => {
    const found = await findTaskJson(reading, request.identity.workspaceId, request.params.id);
    if (!found) throw notFound('task');
    const { task: text, historyId } = found;
    const etag = entityTagOf(JSON.parse(text) as Task, historyId);
    reply.header('etag', etag);
    return isKnownToClient(request, etag) ? sendNotModified(request, reply) : sendJson(reply, text);
  });
  app.post('/api/v1/tasks', { schema: schemas.create }, async (request, reply) => {
    const { identity, body } = request;
    const command = commandContext(request);
    const timeZone = zoneOf(identity);
    if (body.quick_add !== undefined) await nextSlice();
    const draft = draftOfCreation(body, { now: ctx.clock.now(), timeZone, locale: identity.locale });
    checkFloatingInput(draft);
    return sendAnswer(reply, await createTask(ctx, command, draft));
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
