import type { TaskPatch } from '@rondo/shared/contracts/task';
import type { CommandContext, TodoContext } from '../context.ts';
import { checkFloatingInput } from '../domain/floating.ts';
import { changeTask } from '../store/change-task.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/** Changes only the fields that the patch names. */
export function patchTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  patch: TaskPatch,
): Promise<CommandAnswer> {
  checkFloatingInput(patch);
  return changeTask(ctx, command, id, { kind: 'patch', patch });
}
