import { invalidInput } from '@rondo/shared/runtime/errors';
import { ancestorIds } from '../queries/family.ts';
import { findTask } from '../queries/find-task.ts';
import type { TodoContext } from '../tables.ts';

const deepestLevel = 10;

/** @throws AppError 422 unless the parent is a live task of the workspace, not below the task, and not too deep */
export async function checkParent(
  ctx: TodoContext,
  workspaceId: string,
  id: string,
  parentId: string | null,
): Promise<void> {
  if (parentId === null) return;
  const refuse = (message: string) => invalidInput([{ field: 'parent_id', message }]);
  const parent = await findTask(ctx, workspaceId, parentId);
  if (!parent || parent.deleted_at !== null) throw refuse('is no task of yours');
  const line = await ancestorIds(ctx.database, workspaceId, parentId);
  if (line.includes(id)) throw refuse('is a subtask of the task itself');
  if (line.length >= deepestLevel) throw refuse(`is more than ${deepestLevel} levels deep`);
}
