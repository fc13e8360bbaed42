import type { CommandContext, TodoContext } from '../context.ts';
import { changeTask } from '../store/change-task.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/**
 * Reopens a completed task.
 * @throws AppError 409 `not-complete`, `occurrence-open`
 */
export function reopenTask(ctx: TodoContext, command: CommandContext, id: string): Promise<CommandAnswer> {
  return changeTask(ctx, command, id, { kind: 'reopen' });
}
