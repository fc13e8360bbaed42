import type { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import { findVersion } from '../queries/find-version.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { CommandAnswer } from '../store/idempotency.ts';
import { changeTask } from '../store/change-task.ts';

/** Gives a task the content that it had at an earlier version, as a change of its own. */
export async function revertTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  version: number,
): Promise<CommandAnswer> {
  const text = await findVersion(ctx, request.identity.workspace_id, id, version);
  if (text === undefined) throw notFound('version of the task');
  return changeTask(ctx, request, id, { kind: 'revert', to: JSON.parse(text) as Task });
}
