import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import { findTask } from '../queries/find-task.ts';
import { findVersion } from '../queries/find-version.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import { decide, type Change } from '../domain/task.ts';
import type { TodoContext } from '../context.ts';
import { atMostOnce, keepUnchanged, keptAnswer, taskAnswer, type CommandAnswer } from '../store/idempotency.ts';
import { changeTogether } from '../store/apply-command.ts';
import { applyInPlace, placesBelowAnother } from '../store/subtree.ts';
import { logChange, pendingChange } from '../store/pending-change.ts';

/**
 * Creates a task, under the client's id where it gives one. The same creation again answers 200 with the task as it is.
 * @throws AppError 409 `task-id-taken` when the id belongs to another task of the workspace, 422
 */
export function createTask(
  ctx: TodoContext,
  request: CommandRequest,
  draft: TaskDraft,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, async () => {
    const change = decideCreation(ctx, request.identity.workspace_id, draft);
    if (placesBelowAnother(change)) return createBelow(ctx, request, change);
    const pending = pendingChange(ctx, request, change, ctx.ids.next());
    const answer = taskAnswer(201, pending.after, pending.task_json);
    const seq = await ctx.writes.submit({ ...pending, ...keptAnswer(request, answer) });
    if (seq === undefined)
      return keepUnchanged(ctx.database, request, await answerAgain(ctx.database, change.after));
    logChange(ctx, request, pending, seq);
    return answer;
  });
}

export function decideCreation(
  ctx: Pick<TodoContext, 'clock' | 'ids'>,
  workspaceId: string,
  draft: TaskDraft,
): Change {
  const change = decide(
    undefined,
    { kind: 'create', id: draft.id ?? ctx.ids.next(), workspace_id: workspaceId, draft },
    ctx.clock.now(),
  );
  if (!change) throw new AppError('internal', 'A creation always changes something.');
  return change;
}

function createBelow(ctx: TodoContext, request: CommandRequest, change: Change): Promise<CommandAnswer> {
  return changeTogether(ctx, request, async (tasks, trx) => {
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
