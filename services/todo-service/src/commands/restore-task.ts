import { notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { runCommand } from '../store/apply-command.ts';
import { checkVersion } from '../store/change-task.ts';
import { taskAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { restoreSubtree } from '../store/subtree.ts';

/**
 * Restores a task from the trash, and the subtasks that were deleted together with it.
 * @throws AppError 409 `not-deleted`; 409 `parent-deleted` if its parent is in the trash
 */
export function restoreTask(ctx: TodoContext, command: CommandContext, id: string): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () =>
    runCommand(ctx, command, async (tasks) => {
      const task = await tasks.find(id);
      if (!task) throw notFound('task');
      checkVersion(task, command.expectedVersion);
      await restoreSubtree(tasks, task, ctx.clock.now());
      return { answer: taskAnswer(200, (await tasks.find(id)) ?? task) };
    }),
  );
}
