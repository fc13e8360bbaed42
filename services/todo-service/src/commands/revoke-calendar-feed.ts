import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../context.ts';

/** Revokes a person's secret calendar address, if there is one. */
export async function revokeCalendarFeed(
  { database }: Pick<TodoContext, 'database'>,
  { personId }: Identity,
): Promise<void> {
  await database.deleteFrom('todo_service.calendar_feeds').where('person_id', '=', personId).execute();
}
