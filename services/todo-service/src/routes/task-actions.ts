import { Task } from '@rondo/shared/contracts/task';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { changeInBulk } from '../commands/change-in-bulk.ts';
import { completeTask } from '../commands/complete-task.ts';
import { reopenTask } from '../commands/reopen-task.ts';
import { restoreTask } from '../commands/restore-task.ts';
import { undoLastChange } from '../commands/undo-last-change.ts';
import type { TodoContext } from '../context.ts';
import { BulkRequest } from '../domain/bulk-operation.ts';
import { commandContext } from './command-context.ts';
import {
  ChangedTasks,
  commandFailures,
  commandHeaders as headers,
  taskParams as params,
} from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const tags = ['tasks'];
const onTask = { tags, headers, params, response: { 200: Task, ...commandFailures } };
const onWorkspace = { tags, headers, response: { 200: ChangedTasks, ...commandFailures } };

const schemas = {
  complete: { ...onTask, summary: 'Complete a task' },
  reopen: { ...onTask, summary: 'Reopen a completed task' },
  restore: { ...onTask, summary: 'Restore a task and its subtasks from the trash' },
  bulk: { ...onWorkspace, summary: 'Run up to 500 operations, all or none', body: BulkRequest },
  undo: { ...onWorkspace, summary: "Undo the caller's last command" },
};

/** Adds the commands on tasks that are neither a replacement nor a patch. */
export function addTaskActionRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post('/api/v1/tasks/:id/complete', { schema: schemas.complete }, async (request, reply) =>
    sendAnswer(reply, await completeTask(ctx, commandContext(request), request.params.id)),
  );
  app.post('/api/v1/tasks/:id/reopen', { schema: schemas.reopen }, async (request, reply) =>
    sendAnswer(reply, await reopenTask(ctx, commandContext(request), request.params.id)),
  );
  app.post('/api/v1/tasks/:id/restore', { schema: schemas.restore }, async (request, reply) =>
    sendAnswer(reply, await restoreTask(ctx, commandContext(request), request.params.id)),
  );
  app.post('/api/v1/tasks/bulk', { schema: schemas.bulk }, async (request, reply) =>
    sendAnswer(reply, await changeInBulk(ctx, commandContext(request), request.body.operations)),
  );
  app.post('/api/v1/undo', { schema: schemas.undo }, async (request, reply) =>
    sendAnswer(reply, await undoLastChange(ctx, commandContext(request))),
  );
}
