import { notFound } from '@rondo/shared/errors';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import { atMostOnce, taskAnswer, type CommandAnswer } from '../store/idempotency.ts';
import { checkVersion } from '../store/change-task.ts';
import { changeTogether } from '../store/apply-command.ts';
import { restoreFamily } from '../store/subtree.ts';

/**
 * Takes a task out of the trash, and the subtasks that went there with it.
 * @throws AppError 409 `not-deleted`; 409 `parent-deleted` while its parent is in the trash
 */
export function restoreTask(ctx: TodoContext, request: CommandRequest, id: string): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async (tasks) => {
      const task = await tasks.find(id);
      if (!task) throw notFound('task');
      checkVersion(task, request);
      await restoreFamily(tasks, task, ctx.clock.now());
      return { answer: taskAnswer(200, (await tasks.find(id)) ?? task) };
    }),
  );
}
