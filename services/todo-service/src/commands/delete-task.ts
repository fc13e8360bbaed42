import { notFound } from '@rondo/shared/errors';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { DeletionScope } from '../domain/task.ts';
import { atMostOnce, type CommandAnswer } from '../store/idempotency.ts';
import { checkVersion } from '../store/change-task.ts';
import { changeTogether } from '../store/apply-command.ts';
import { deleteFamily } from '../store/subtree.ts';

/** Puts a task and its subtasks into the trash, where they stay 30 days. Of a recurring one its series ends, or goes on. */
export function deleteTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  scope: DeletionScope,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async (tasks) => {
      const task = await tasks.find(id);
      if (!task) throw notFound('task');
      checkVersion(task, request);
      await deleteFamily(tasks, task, ctx.clock.now(), scope);
      return { answer: { status: 204, body: '' } };
    }),
  );
}
