import { answerOnce } from '@rondo/shared/database/answer-once';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, TodoContext } from '../../context.ts';
import { onceOptions } from '../../store/idempotency.ts';

/** Revokes an app password of a person. @throws AppError 404 */
export function revokeAppPassword(
  ctx: Pick<TodoContext, 'database'>,
  command: CommandContext,
  id: string,
): Promise<Answer<undefined>> {
  return answerOnce(onceOptions(ctx, command), async (database) => {
    const { numDeletedRows } = await database
      .deleteFrom('todo_service.app_passwords')
      .where('person_id', '=', command.identity.personId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) throw notFound('app password');
    return { status: 204, body: undefined };
  });
}
