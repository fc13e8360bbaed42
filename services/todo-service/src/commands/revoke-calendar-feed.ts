import { answerOnce } from '@rondo/shared/database/answer-once';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, TodoContext } from '../context.ts';
import { onceOptions } from '../store/idempotency.ts';

/** Revokes a person's secret calendar address, if there is one. */
export function revokeCalendarFeed(
  ctx: Pick<TodoContext, 'database'>,
  command: CommandContext,
): Promise<Answer<undefined>> {
  const { personId } = command.identity;
  return answerOnce(onceOptions(ctx, command), async (database) => {
    await database.deleteFrom('todo_service.calendar_feeds').where('person_id', '=', personId).execute();
    return { status: 204, body: undefined };
  });
}
