import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/runtime/errors';
import { findTask } from '../queries/find-task.ts';
import type { CommandRequest } from '../request.ts';
import { decide, type Change } from '../task.ts';
import type { TodoContext } from '../tables.ts';
import { atMostOnce, keptAnswer, taskAnswer, type CommandAnswer } from './answer.ts';
import { logChange, pendingChange } from './change-task.ts';
import { checkParent } from './check-parent.ts';

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
    const { workspace_id } = request.identity;
    const change = decideCreation(ctx, workspace_id, draft);
    await checkParent(ctx, workspace_id, change.after.id, change.after.parent_id);
    const pending = pendingChange(ctx, request, change, ctx.ids.next());
    const answer = taskAnswer(201, pending.after, pending.task_json);
    const seq = await ctx.writes.submit({ ...pending, ...keptAnswer(request, answer) });
    if (seq === undefined) return answerAgain(ctx, change.after);
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

async function answerAgain(ctx: TodoContext, wanted: Task): Promise<CommandAnswer> {
  const current = await findTask(ctx, wanted.workspace_id, wanted.id);
  const first = await ctx.database
    .selectFrom('todo_service.events')
    .select('payload')
    .where('workspace_id', '=', wanted.workspace_id)
    .where('task_id', '=', wanted.id)
    .where('version', '=', 1)
    .executeTakeFirst();
  if (current && first && isSameCreation(JSON.parse(first.payload) as Task, wanted)) {
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
