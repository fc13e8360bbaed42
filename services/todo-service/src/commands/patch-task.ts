import type { TaskPatch } from '@rondo/shared/contracts/task';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { CommandAnswer } from '../store/idempotency.ts';
import { changeTask } from '../store/change-task.ts';

/** Changes the fields that the patch names, and no others. */
export function patchTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  patch: TaskPatch,
): Promise<CommandAnswer> {
  return changeTask(ctx, request, id, { kind: 'patch', patch });
}
