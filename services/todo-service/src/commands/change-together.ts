import { AppError } from '@rondo/shared/runtime/errors';
import type { CommandRequest } from '../request.ts';
import type { Change } from '../task.ts';
import type { TodoContext } from '../tables.ts';
import { keptAnswer, type CommandAnswer } from './answer.ts';
import { logChange, pendingChange } from './change-task.ts';

const attempts = 5;

type Decision = { changes: Change[]; answer: CommandAnswer; undoes?: string };

/**
 * Writes several changes as one command: all or none. Where a task moved between the decision and the write, it is
 * decided again.
 * @throws AppError 409 `conflict` when the tasks never stand still
 */
export async function changeTogether(
  ctx: TodoContext,
  request: CommandRequest,
  decideAll: () => Promise<Decision>,
): Promise<CommandAnswer> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { changes, answer, undoes } = await decideAll();
    const commandId = ctx.ids.next();
    const pending = changes.map((change, index) => ({
      ...pendingChange(ctx, request, change, commandId),
      ...(undoes === undefined ? {} : { undoes }),
      // One answer for the whole command, kept with its first change.
      ...(index === 0 ? keptAnswer(request, answer) : {}),
    }));
    if (pending.length === 0 || (await ctx.writes.submitAll(pending))) {
      for (const change of pending) logChange(ctx, request, change);
      return answer;
    }
  }
  throw new AppError('conflict', 'The tasks keep changing. Try again.', { status: 409, retryable: true });
}
