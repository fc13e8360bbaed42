import { AppError, notFound } from '@rondo/shared/runtime/errors';
import { descendants } from '../queries/family.ts';
import { findTask } from '../queries/find-task.ts';
import type { CommandRequest } from '../request.ts';
import type { TodoContext } from '../tables.ts';
import { atMostOnce, taskAnswer, type CommandAnswer } from './answer.ts';
import { changeTogether } from './change-together.ts';
import { checkVersion } from './change-task.ts';
import { decideForAll } from './delete-task.ts';

/**
 * Takes a task out of the trash, and the subtasks that went there with it.
 * @throws AppError 409 `not-deleted`; 409 `parent-deleted` while its parent is in the trash
 */
export function restoreTask(ctx: TodoContext, request: CommandRequest, id: string): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async () => {
      const { workspace_id } = request.identity;
      const task = await findTask(ctx, workspace_id, id);
      if (!task) throw notFound('task');
      checkVersion(task, request);
      const parent = task.parent_id === null ? undefined : await findTask(ctx, workspace_id, task.parent_id);
      if (parent && parent.deleted_at !== null) {
        throw new AppError('parent-deleted', 'Its parent is in the trash: restore that one.', {
          status: 409,
          current: parent,
        });
      }
      const family = (await descendants(ctx.database, workspace_id, id)).filter(
        ({ deleted_at }) => deleted_at === task.deleted_at,
      );
      const changes = decideForAll([task, ...family], 'restore', ctx.clock.now());
      return { changes, answer: taskAnswer(200, changes[0]?.after ?? task) };
    }),
  );
}
