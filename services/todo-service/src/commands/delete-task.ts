import type { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/runtime/errors';
import { descendants } from '../queries/family.ts';
import { findTask } from '../queries/find-task.ts';
import type { CommandRequest } from '../request.ts';
import { decide, type Change } from '../task.ts';
import type { TodoContext } from '../tables.ts';
import { atMostOnce, type CommandAnswer } from './answer.ts';
import { changeTogether } from './change-together.ts';
import { checkVersion } from './change-task.ts';

/** Puts a task and its subtasks into the trash, where they stay 30 days. */
export function deleteTask(ctx: TodoContext, request: CommandRequest, id: string): Promise<CommandAnswer> {
  return atMostOnce(ctx, request, () =>
    changeTogether(ctx, request, async () => {
      const task = await findTask(ctx, request.identity.workspace_id, id);
      if (!task) throw notFound('task');
      checkVersion(task, request);
      const family = (await descendants(ctx.database, task.workspace_id, id)).filter(
        ({ deleted_at }) => deleted_at === null,
      );
      return {
        changes: decideForAll([task, ...family], 'delete', ctx.clock.now()),
        answer: { status: 204, body: '' },
      };
    }),
  );
}

/** The same change for each of some tasks, at the same moment. */
export function decideForAll(tasks: Task[], kind: 'delete' | 'restore', now: Date): Change[] {
  return tasks.flatMap((task) => decide(task, { kind }, now) ?? []);
}
