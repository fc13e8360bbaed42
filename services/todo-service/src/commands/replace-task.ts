import type { TaskReplacement } from '@rondo/shared/contracts/task';
import type { CommandContext, TodoContext } from '../context.ts';
import { checkFloatingInput } from '../domain/floating.ts';
import { changeTask } from '../store/change-task.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/** Replaces the content of a task; an absent field is reset to its default. */
export function replaceTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  replacement: TaskReplacement,
): Promise<CommandAnswer> {
  checkFloatingInput(replacement);
  return changeTask(ctx, command, id, { kind: 'replace', replacement });
}
