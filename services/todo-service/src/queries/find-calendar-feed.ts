import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../context.ts';

/** Finds when a person's secret calendar address was created; null if there is none. */
export async function findCalendarFeed(
  { database }: Pick<TodoContext, 'database'>,
  { personId }: Identity,
): Promise<{ created_at: string | null }> {
  const feed = await database
    .selectFrom('todo_service.calendar_feeds')
    .select('created_at')
    .where('person_id', '=', personId)
    .executeTakeFirst();
  return { created_at: feed?.created_at ?? null };
}
