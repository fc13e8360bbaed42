import { notFound } from '@rondo/shared/runtime/errors';
import type { CommandRequest } from '../request.ts';
import type { TodoContext } from '../context.ts';
import type { DeletionScope } from '../task.ts';
import { atMostOnce, type CommandAnswer } from './answer.ts';
import { checkVersion } from './change-task.ts';
import { changeTogether } from './change-together.ts';
import { deleteFamily } from './family.ts';

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
