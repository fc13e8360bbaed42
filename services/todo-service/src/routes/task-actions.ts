import type { ErrorCode } from '@rondo/shared/contracts/error-codes';
import { exampleIds } from '@rondo/shared/contracts/example-ids';
import { Task } from '@rondo/shared/contracts/task';
import { TaskMove } from '@rondo/shared/contracts/task-move';
import { exampleTask } from '@rondo/shared/contracts/task-example';
import type { HttpServer } from '@rondo/shared/http/http-server';
import { bodyLimitAt } from '@rondo/shared/service-registry';
import { changeInBulk } from '../commands/change-in-bulk.ts';
import { completeTask } from '../commands/complete-task.ts';
import { moveTask } from '../commands/move-task.ts';
import { reopenTask } from '../commands/reopen-task.ts';
import { restoreTask } from '../commands/restore-task.ts';
import type { TodoContext } from '../context.ts';
import { BulkRequest } from '../domain/bulk-operation.ts';
import { commandContext } from './command-context.ts';
import {
  ChangedTasks,
  workspaceCommand,
  taskCommand,
  taskCommandProblems,
  taskParams as params,
} from './schema-parts.ts';
import { sendAnswer } from './send.ts';

const tags = ['tasks'];
const bulkPath = '/api/v1/tasks/bulk';
const bulkBodyLimit = bodyLimitAt('todo-service', bulkPath);
const onTask = { tags, ...taskCommand, params, response: { 200: Task } };
const onWorkspace = { tags, ...workspaceCommand, response: { 200: ChangedTasks } };
const completedAt = '2027-02-01T07:42:10.000Z';
const completedTask = {
  ...exampleTask,
  version: 2,
  status: 'complete',
  updated_at: completedAt,
  completed_at: completedAt,
};
const movedTask = {
  ...exampleTask,
  version: 2,
  rank: 'e0000BV',
  status: 'in_progress',
  updated_at: completedAt,
};
const reopenedTask = { ...exampleTask, version: 3, updated_at: '2027-02-01T07:45:00.000Z' };

const schemas = {
  complete: {
    ...onTask,
    summary: 'Complete a task',
    description: 'Completes a task. A recurring task gets its next occurrence shortly after.',
    example: { response: completedTask },
    problems: [...taskCommandProblems, 'already-complete'] satisfies ErrorCode[],
  },
  reopen: {
    ...onTask,
    summary: 'Reopen a completed task',
    description:
      'Sets a completed task to pending. The next occurrence of a recurring task is revoked. If it was changed, the answer is 409 `occurrence-open`.',
    example: { response: reopenedTask },
    problems: [...taskCommandProblems, 'not-complete', 'occurrence-open', 'conflict'] satisfies ErrorCode[],
  },
  move: {
    ...onTask,
    summary: 'Move a task',
    description:
      'Puts a task behind another one (`after`), before one (`before`), or between two, and with it into another list, column (`status`) or below another parent. Lists and boards show tasks by `rank`, then by `id`.',
    body: TaskMove,
    example: { response: movedTask },
    problems: [...taskCommandProblems, 'occurrence-open', 'conflict'] satisfies ErrorCode[],
  },
  restore: {
    ...onTask,
    summary: 'Restore a task from the trash',
    description: 'Restores a task from the trash, and the subtasks that were deleted together with it.',
    example: { response: reopenedTask },
    problems: [
      ...taskCommandProblems,
      'not-deleted',
      'parent-deleted',
      'occurrence-open',
      'conflict',
    ] satisfies ErrorCode[],
  },
  bulk: {
    ...onWorkspace,
    summary: 'Change several tasks at once',
    description:
      'Runs up to 500 operations in order, all or none, and returns every changed task. An error names the operation in `errors`.',
    operationId: 'changeTasksInBulk',
    body: BulkRequest,
    example: {
      request: { operations: [{ op: 'complete', id: exampleIds.task, version: 1 }] },
      response: { tasks: [completedTask] },
    },
    problems: [
      ...taskCommandProblems,
      'invalid-rule',
      'task-id-taken',
      'already-complete',
      'not-complete',
      'not-deleted',
      'parent-deleted',
      'occurrence-open',
      'conflict',
    ] satisfies ErrorCode[],
  },
};

/** Adds the commands on tasks that are neither a replacement nor a patch. */
export function addTaskActionRoutes(app: HttpServer, ctx: TodoContext): void {
  app.post('/api/v1/tasks/:id/complete', { schema: schemas.complete }, async (request, reply) =>
    sendAnswer(reply, await completeTask(ctx, commandContext(request), request.params.id)),
  );
  app.post('/api/v1/tasks/:id/reopen', { schema: schemas.reopen }, async (request, reply) =>
    sendAnswer(reply, await reopenTask(ctx, commandContext(request), request.params.id)),
  );
  app.post('/api/v1/tasks/:id/move', { schema: schemas.move }, async (request, reply) =>
    sendAnswer(reply, await moveTask(ctx, commandContext(request), request.params.id, request.body)),
  );
  app.post('/api/v1/tasks/:id/restore', { schema: schemas.restore }, async (request, reply) =>
    sendAnswer(reply, await restoreTask(ctx, commandContext(request), request.params.id)),
  );
  const rows = (body: unknown) => (body as { operations: unknown[] }).operations.length;
  app.post(
    bulkPath,
    { bodyLimit: bulkBodyLimit, schema: schemas.bulk, config: { rows } },
    async (request, reply) =>
      sendAnswer(reply, await changeInBulk(ctx, commandContext(request), request.body.operations)),
  );
}
