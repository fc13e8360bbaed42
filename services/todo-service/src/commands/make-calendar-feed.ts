import { randomBytes } from 'node:crypto';
import type { Identity } from '@rondo/shared/http/token-verifier';
import { hashOfSecret } from '../domain/calendar-secret.ts';
import type { TodoContext } from '../context.ts';

const secretBytes = 32;

/**
 * Creates a new secret address for a person's calendar; the previous one stops working at once. Only the hash is stored,
 * so the address can be read only from this answer.
 */
export async function makeCalendarFeed(
  { database, clock }: Pick<TodoContext, 'database' | 'clock'>,
  { personId, workspaceId }: Identity,
): Promise<{ path: string; created_at: string }> {
  const secret = randomBytes(secretBytes).toString('base64url');
  const feed = {
    workspace_id: workspaceId,
    secret_hash: hashOfSecret(secret),
    created_at: clock.now().toISOString(),
  };
  await database
    .insertInto('todo_service.calendar_feeds')
    .values({ person_id: personId, ...feed })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(feed))
    .execute();
  return { path: `/calendar/${secret}.ics`, created_at: feed.created_at };
}
