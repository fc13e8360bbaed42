import type { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { findTask } from '../queries/find-task.ts';
import { findVersion } from '../queries/find-version.ts';
import { changeTask } from '../store/change-task.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/** Gives a task the content of an earlier version, as a new change. At the top level, if its parent was purged since. */
export async function revertTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  version: number,
): Promise<CommandAnswer> {
  const text = await findVersion(ctx, command.identity.workspaceId, id, version);
  if (text === undefined) throw notFound('version of the task');
  const to = JSON.parse(text) as Task;
  const isOrphaned =
    to.parent_id !== null && (await findTask(ctx, command.identity.workspaceId, to.parent_id)) === undefined;
  return changeTask(ctx, command, id, { kind: 'revert', to: isOrphaned ? { ...to, parent_id: null } : to });
}
