import { notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import type { DeletionScope } from '../domain/task.ts';
import { runCommand } from '../store/apply-command.ts';
import { checkStateIn } from '../store/change-task.ts';
import { noContent, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { deleteSubtree } from '../store/subtree.ts';

/**
 * Moves a task and its subtasks to the trash, where they stay for 30 days. The scope says whether the series of a recurring
 * task ends or continues.
 */
export function deleteTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  scope: DeletionScope,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () =>
    runCommand(ctx, command, async (tasks) => {
      const task = await tasks.find(id);
      if (!task) throw notFound('task');
      await checkStateIn(tasks, task, command.expected);
      await deleteSubtree(tasks, task, ctx.clock.now(), { scope });
      return { answer: noContent };
    }),
  );
}
