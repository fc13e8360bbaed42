import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { CommandAnswer } from '../store/idempotency.ts';
import { changeTask } from '../store/change-task.ts';

/** @throws AppError 409 `not-complete` */
export function reopenTask(ctx: TodoContext, request: CommandRequest, id: string): Promise<CommandAnswer> {
  return changeTask(ctx, request, id, { kind: 'reopen' });
}
