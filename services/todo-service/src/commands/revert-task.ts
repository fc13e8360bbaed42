import type { Task } from '@rondo/shared/contracts/task';
import { notFound } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { findVersion } from '../queries/find-version.ts';
import { changeTask } from '../store/change-task.ts';
import type { CommandAnswer } from '../store/command-answer.ts';

/** Gives a task the content of an earlier version, as a new change. */
export async function revertTask(
  ctx: TodoContext,
  command: CommandContext,
  id: string,
  version: number,
): Promise<CommandAnswer> {
  const text = await findVersion(ctx, command.identity.workspaceId, id, version);
  if (text === undefined) throw notFound('version of the task');
  return changeTask(ctx, command, id, { kind: 'revert', to: JSON.parse(text) as Task });
}
