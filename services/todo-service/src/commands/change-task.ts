import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/runtime/errors';
import type { PendingChange } from '../persist.ts';
import { findTask } from '../queries/find-task.ts';
import type { CommandRequest } from '../request.ts';
import { decide, type Change, type Command } from '../task.ts';
import type { TodoContext } from '../tables.ts';
import { atMostOnce, keptAnswer, taskAnswer, type CommandAnswer } from './answer.ts';

/** Without a precondition, a change that met another one is decided again on what it finds, so often at most. */
const attempts = 5;

type ExistingTaskCommand = Exclude<Command, { kind: 'create' | 'purge' }>;

/**
 * Changes one task: reads it, lets the domain decide, and writes where it is still at that version.
 * @throws AppError 404, 409, 412 `version-conflict` with the current task, 422
 */
export function changeTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  command: ExistingTaskCommand,
  check: (task: Task, change: Change) => Promise<void> = async () => undefined,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, async () => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const task = await findTask(ctx, request.identity.workspace_id, id);
      if (!task) throw notFound('task');
      checkVersion(task, request);
      const change = decide(task, command, ctx.clock.now());
      if (!change) return taskAnswer(200, task);
      await check(task, change);
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

/** A decided change with its event's ids and its actor. */
export function pendingChange(
  ctx: Pick<TodoContext, 'ids'>,
  { identity, trace }: Pick<CommandRequest, 'identity' | 'trace'>,
  change: Change,
  commandId: string,
): PendingChange {
  return {
    ...change,
    event_id: ctx.ids.next(),
    actor_id: identity.person_id,
    actor_source: identity.source,
    command_id: commandId,
    traceparent: trace.traceparent,
    task_json: JSON.stringify(change.after),
  };
}

/** One line a change, with its ids. */
export function logChange(
  { log }: Pick<TodoContext, 'log'>,
  { trace }: Pick<CommandRequest, 'trace'>,
  change: PendingChange,
  seq?: number,
): void {
  const { after, event_id, event_type } = change;
  log.info(
    {
      task_id: after.id,
      workspace_id: after.workspace_id,
      event_id,
      event_type,
      version: after.version,
      seq,
      trace_id: trace.trace_id,
    },
    event_type,
  );
}
