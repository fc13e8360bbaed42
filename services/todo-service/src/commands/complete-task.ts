import type { CommandContext, TodoContext } from '../context.ts';
import { changeTask } from '../store/change-task.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/**
 * Completes a task.
 * @throws AppError 409 `already-complete`
 */
export function completeTask(ctx: TodoContext, command: CommandContext, id: string): Promise<CommandAnswer> {
  return changeTask(ctx, command, id, { kind: 'complete' });
}
