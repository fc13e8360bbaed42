import type { TaskMove } from '@rondo/shared/contracts/task-move';
import { notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { runCommand } from '../store/apply-command.ts';
import { checkStateIn } from '../store/change-task.ts';
import { taskAnswer, type CommandAnswer } from '../store/command-answer.ts';
import { atMostOnce } from '../store/idempotency.ts';
import { keepOneOpen } from '../store/one-open-occurrence.ts';
import { placeTask } from '../store/place-task.ts';
import { createPlaces } from '../store/places.ts';

/**
 * Moves a task to a place among others, and to another list, column or parent if the request names one.
 * @throws AppError 404; 409 `occurrence-open`; 412 `version-conflict`; 422, also `command-too-large`
 */
export function moveTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  { after, before, version: _version, history_id: _historyId, ...patch }: TaskMove,
): Promise<CommandAnswer> {
  return atMostOnce(ctx, command, () =>
    runCommand(ctx, command, async (tasks, trx) => {
      const task = await tasks.find(id);
      if (!task || task.deleted_at !== null) throw notFound('task');
      await checkStateIn(tasks, task, command.expected);
      const now = ctx.clock.now();
      const places = createPlaces(trx, tasks);
      await placeTask({ tasks, places, task, patch, now, zones: command.identity }, { after, before });
      await keepOneOpen(trx, tasks, now);
      return { answer: taskAnswer(200, (await tasks.find(id)) ?? task) };
    }),
  );
}
