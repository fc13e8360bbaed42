import { answerOnce } from '@rondo/shared/database/answer-once';
import { notFound } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, TodoContext } from '../context.ts';
import type { FilterReplacement, SavedFilter } from '../domain/saved-filter.ts';
import { checkFilter } from '../domain/task-filter.ts';
import { filterColumns, filterOfRow } from '../queries/find-filters.ts';
import { onceOptions } from '../store/idempotency.ts';

/**
 * Replaces name and parameters of a saved filter, and its rank if one is given.
 * @throws AppError 404; 422 if its parameters contradict each other
 */
export function replaceFilter(
  ctx: Pick<TodoContext, 'database' | 'clock'>,
  command: CommandContext,
  id: string,
  { name, query, rank }: FilterReplacement,
): Promise<Answer<SavedFilter>> {
  checkFilter(query, 'query/');
  return answerOnce(onceOptions(ctx, command), async (database) => {
    const row = await database
      .updateTable('todo_service.filters')
      .set({
        name: name.trim(),
        query: JSON.stringify(query),
        updated_at: ctx.clock.now().toISOString(),
        ...(rank === undefined ? {} : { rank }),
      })
      .where('workspace_id', '=', command.identity.workspaceId)
      .where('id', '=', id)
      .returning(filterColumns)
      .executeTakeFirst();
    if (!row) throw notFound('filter');
    return { status: 200, body: filterOfRow(row) };
  });
}
