import { answerOnce } from '@rondo/shared/database/answer-once';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, TodoContext } from '../context.ts';
import { onceOptions } from '../store/idempotency.ts';

/** Deletes a saved filter, and no task. @throws AppError 404 */
export function deleteFilter(
  ctx: Pick<TodoContext, 'database'>,
  command: CommandContext,
  id: string,
): Promise<Answer<undefined>> {
  return answerOnce(onceOptions(ctx, command), async (database) => {
    const { numDeletedRows } = await database
      .deleteFrom('todo_service.filters')
      .where('workspace_id', '=', command.identity.workspaceId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw notFound('filter');
    return { status: 204, body: undefined };
  });
}
