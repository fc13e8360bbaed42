import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/errors';
import { findTask } from '../queries/find-task.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import { decide, type Command } from '../domain/task.ts';
import type { TodoContext } from '../context.ts';
import { atMostOnce, keepUnchanged, keptAnswer, taskAnswer, type CommandAnswer } from './idempotency.ts';
import { changeTogether } from './apply-command.ts';
import { applyInPlace, placesBelowAnother } from './subtree.ts';
import { logChange, pendingChange } from './pending-change.ts';

/** Without a precondition, a change that met another one is decided again on what it finds, so often at most. */
const attempts = 5;

type ContentCommand = Extract<Command, { kind: 'patch' | 'replace' | 'complete' | 'reopen' | 'revert' }>;

/**
 * Changes one task: reads it, lets the domain decide, and writes where it is still at that version.
 * @throws AppError 404, 409, 412 `version-conflict` with the current task, 422
 */
export function changeTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  command: ContentCommand,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, async () => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const task = await findTask(ctx, request.identity.workspace_id, id);
      if (!task) throw notFound('task');
      checkVersion(task, request);
      const change = decide(task, command, ctx.clock.now());
      if (!change) return keepUnchanged(ctx.database, request, taskAnswer(200, task));
      if (placesBelowAnother(change)) return moveTask(ctx, request, id, command);
      const pending = pendingChange(ctx, request, change, ctx.ids.next());
      const answer = taskAnswer(200, pending.after, pending.task_json);
      const seq = await ctx.writes.submit({ ...pending, ...keptAnswer(request, answer) });
      if (seq !== undefined) {
        logChange(ctx, request, pending, seq);
        return answer;
      }
      if (request.expected_version !== undefined) break;
    }
    const current = await findTask(ctx, request.identity.workspace_id, id);
    if (!current) throw notFound('task');
    throw versionConflict(current);
  });
}

/** The same for a change that puts the task below another one. */
function moveTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  command: ContentCommand,
): Promise<CommandAnswer> {
  return changeTogether(ctx, request, async (tasks) => {
    const task = await tasks.find(id);
    if (!task) throw notFound('task');
    checkVersion(task, request);
    const change = decide(task, command, ctx.clock.now());
    if (!change) return { answer: taskAnswer(200, task) };
    await applyInPlace(tasks, change);
    return { answer: taskAnswer(200, change.after) };
  });
}

/** @throws AppError 412 when the request expects another version than the task is at */
export function checkVersion(task: Task, { expected_version: expected }: CommandRequest): void {
  if (expected !== undefined && expected !== task.version) throw versionConflict(task);
}

function versionConflict(current: Task): AppError {
  return new AppError('version-conflict', `The task is at version ${current.version}.`, {
    status: 412,
    current,
  });
}
