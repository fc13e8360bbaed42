import type { TaskPatch } from '@rondo/shared/contracts/task';
import type { CommandRequest } from '../request.ts';
import type { TodoContext } from '../tables.ts';
import type { CommandAnswer } from './answer.ts';
import { changeTask } from './change-task.ts';
import { checkParent } from './check-parent.ts';

/** Changes the fields that the patch names, and no others. */
export function patchTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  patch: TaskPatch,
): Promise<CommandAnswer> {
  return changeTask(ctx, request, id, { kind: 'patch', patch }, async (before, { after }) => {
    if (after.parent_id !== before.parent_id) await checkParent(ctx, after.workspace_id, id, after.parent_id);
  });
}
