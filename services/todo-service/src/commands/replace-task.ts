import type { TaskReplacement } from '@rondo/shared/contracts/task';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { CommandAnswer } from '../store/idempotency.ts';
import { changeTask } from '../store/change-task.ts';

/** Replaces what a person may write; a field that is not given returns to its default. */
export function replaceTask(
  ctx: TodoContext,
  request: CommandRequest,
  id: string,
  replacement: TaskReplacement,
): Promise<CommandAnswer> {
  return changeTask(ctx, request, id, { kind: 'replace', replacement });
}
