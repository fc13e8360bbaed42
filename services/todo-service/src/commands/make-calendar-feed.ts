import { randomBytes } from 'node:crypto';
import { answerOnce, shownOnce } from '@rondo/shared/database/answer-once';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, TodoContext } from '../context.ts';
import { hashOfSecret } from '../domain/calendar-secret.ts';
import { onceOptions } from '../store/idempotency.ts';

const secretBytes = 32;

/**
 * Creates a new secret address for a person's calendar; the previous one stops working at once. Only the hash is stored,
 * so the address can be read only from this answer.
 * @throws AppError 409 `shown-once`
 */
export function makeCalendarFeed(
  ctx: Pick<TodoContext, 'database' | 'clock'>,
  command: CommandContext,
): Promise<Answer<{ path: string; created_at: string }>> {
  const { personId, workspaceId } = command.identity;
  const secret = randomBytes(secretBytes).toString('base64url');
  const feed = {
    workspace_id: workspaceId,
    secret_hash: hashOfSecret(secret),
    created_at: ctx.clock.now().toISOString(),
  };
  return answerOnce({ ...onceOptions(ctx, command), sealing: shownOnce }, async (database) => {
    await database
      .insertInto('todo_service.calendar_feeds')
      .values({ person_id: personId, ...feed })
      .onConflict((conflict) => conflict.column('person_id').doUpdateSet(feed))
      .execute();
    return { status: 201, body: { path: `/calendar/${secret}.ics`, created_at: feed.created_at } };
  });
}
