import type { Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError, notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { isExpected, type ExpectedState, type TaskState } from '../domain/entity-tag.ts';
import { opensOccurrence } from '../domain/occurrence.ts';
import { decide, type Command } from '../domain/task.ts';
import { findTaskState } from '../queries/find-task.ts';
import { runCommand } from './apply-command.ts';
import { taskAnswer, type CommandAnswer } from './command-answer.ts';
import { countNames } from './count-names.ts';
import { atMostOnce, keepAnswer, keptAnswer } from './idempotency.ts';
import { keepOneOpen } from './one-open-occurrence.ts';
import { logChange, pendingChange } from './pending-change.ts';
import { applyInPlace, placesBelowAnother } from './subtree.ts';
import type { Tables } from './tables.ts';
import type { WorkingSet } from './working-set.ts';

/** How often a change without a precondition is decided again after a concurrent change, until it locks the task. */
const maxAttempts = 3;

type ContentCommand = Extract<Command, { kind: 'patch' | 'replace' | 'complete' | 'reopen' | 'revert' }>;

/**
 * Changes one task: reads it, lets the domain decide, and submits the change to the write queue, which writes it if the
 * task is still at the same version. Without an expected version, it applies to the newest one, whatever else changes the task.
 * @throws AppError 404, 409 (also `occurrence-open`), 422; 412 `version-conflict` with the current task if another version is expected
 */
export function changeTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  content: ContentCommand,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const found = await findTaskState(ctx, command.identity.workspaceId, id);
      if (!found) throw notFound('task');
      const { task } = found;
      checkState(found, command.expected);
      const change = decide(task, content, ctx.clock.now(), command.identity);
      if (!change) return keepAnswer(ctx.database, command, taskAnswer(200, task));
      if (placesBelowAnother(change) || opensOccurrence(change))
        return changeAlone(ctx, command, id, content);
      await countNames(ctx, command.identity.workspaceId, [change]);
      const pending = pendingChange(ctx, command, change, ctx.ids.next());
      const answer = taskAnswer(200, pending.after, pending.taskJson);
      const written = await ctx.writes.submit({ ...pending, ...keptAnswer(command, answer) });
      if (written) {
        logChange(ctx, command, pending, written.seq);
        return { ...answer, commandId: pending.command_id };
      }
    }
    return changeAlone(ctx, command, id, content, [id]);
  });
}

/** Changes a task in a transaction of its own: it depends on other tasks, or others change it all the time. */
function changeAlone(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  content: ContentCommand,
  contested?: string[],
): Promise<CommandAnswer> {
  const decideOne = async (tasks: WorkingSet, trx: Transaction<Tables>) => {
    const task = await tasks.find(id);
    if (!task) throw notFound('task');
    await checkStateIn(tasks, task, command.expected);
    const now = ctx.clock.now();
    const change = decide(task, content, now, command.identity);
    if (!change) return { answer: taskAnswer(200, task) };
    await applyInPlace(tasks, change);
    await keepOneOpen(trx, tasks, now);
    return { answer: taskAnswer(200, change.after) };
  };
  return runCommand(ctx, command, decideOne, { contested });
}

/** Checks a task of the command that runs. @throws AppError 412 as `checkState` */
export async function checkStateIn(
  tasks: WorkingSet,
  task: Task,
  expected: ExpectedState[] | undefined,
): Promise<void> {
  if (expected) checkState({ task, historyId: await tasks.historyId() }, expected);
}

/** @throws AppError 412 if another version is expected than the task has, or one of another history */
function checkState(state: TaskState, expected: ExpectedState[] | undefined): void {
  if (expected && !isExpected(state, expected)) throw versionConflict(state.task);
}

function versionConflict(current: Task): AppError {
  return new AppError('version-conflict', `The task is at version ${current.version}.`, {
    status: 412,
    current,
  });
}
