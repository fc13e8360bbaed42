import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { decideCreation, type Change } from '../domain/task.ts';
import { findTask } from '../queries/find-task.ts';
import { findVersion } from '../queries/find-version.ts';
import { runCommand } from '../store/apply-command.ts';
import { taskAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { countNames } from '../store/count-names.ts';
import { atMostOnce, keepUnchanged, keptAnswer } from '../store/idempotency.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';
import { applyInPlace, placesBelowAnother } from '../store/subtree.ts';

/**
 * Creates a task, with the client's id if it gives one. A repeated creation with the same id answers 200 with the task.
 *
 * Comes from `POST /api/v1/tasks` (routes/tasks.ts). The write queue (store/write-queue.ts) writes task, event and answer
 * in one statement, together with the other changes that wait. Only a subtask takes a transaction of its own.
 * @throws AppError 409 `task-id-taken` if another task of the workspace has the id, 422
 */
export function createTask(
  ctx: TodoContext,
  command: CommandContext,
  draft: TaskDraft,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, async () => {
    const creation = {
      id: draft.id ?? ctx.ids.next(),
      workspace_id: command.identity.workspaceId,
      draft,
    };
    const change = decideCreation(creation, ctx.clock.now());
    if (placesBelowAnother(change)) return createBelow(ctx, command, change);
    await countNames(ctx, command.identity.workspaceId, [change]);
    const pending = pendingChange(ctx, command, change, ctx.ids.next());
    const answer = taskAnswer(201, pending.after, pending.taskJson);
    const seq = await ctx.writes.submit({ ...pending, ...keptAnswer(command, answer) });
    if (seq === undefined)
      return keepUnchanged(ctx.database, command, await answerAgain(ctx.database, change.after));
    logChange(ctx, command, pending, seq);
    return answer;
  });
}

function createBelow(ctx: TodoContext, command: CommandContext, change: Change): Promise<CommandAnswer> {
  return runCommand(ctx, command, async (tasks, trx) => {
    if (await tasks.find(change.after.id)) return { answer: await answerAgain(trx, change.after) };
    await applyInPlace(tasks, change);
    return { answer: taskAnswer(201, change.after) };
  });
}

async function answerAgain(database: TodoContext['database'], wanted: Task): Promise<CommandAnswer> {
  const current = await findTask({ database }, wanted.workspace_id, wanted.id);
  const first = await findVersion({ database }, wanted.workspace_id, wanted.id, 1);
  if (current && first !== undefined && isSameCreation(JSON.parse(first) as Task, wanted)) {
    return taskAnswer(200, current);
  }
  throw new AppError('task-id-taken', 'Another task has this id.', {
    status: 409,
    ...(current ? { current } : {}),
  });
}

function isSameCreation(first: Task, second: Task): boolean {
  const content = (task: Task) =>
    JSON.stringify({ ...task, created_at: '', updated_at: '', completed_at: '' });
  return content(first) === content(second);
}
