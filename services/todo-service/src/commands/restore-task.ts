import { notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { runCommand } from '../store/apply-command.ts';
import { checkStateIn } from '../store/change-task.ts';
import { taskAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { keepOneOpen } from '../store/one-open-occurrence.ts';
import { restoreSubtree } from '../store/subtree.ts';

/**
 * Restores a task from the trash, and the subtasks that were deleted together with it.
 * @throws AppError 409 `not-deleted`; 409 `parent-deleted` if its parent is in the trash; 409 `occurrence-open`
 */
export function restoreTask(ctx: TodoContext, command: CommandContext, id: string): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () =>
    runCommand(ctx, command, async (tasks, trx) => {
      const task = await tasks.find(id);
      if (!task) throw notFound('task');
      await checkStateIn(tasks, task, command.expected);
      const now = ctx.clock.now();
      await restoreSubtree(tasks, task, now, command.identity);
      await keepOneOpen(trx, tasks, now);
      return { answer: taskAnswer(200, (await tasks.find(id)) ?? task) };
    }),
  );
}
