import { notFound } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../context.ts';

/** Deletes a saved filter, and no task. @throws AppError 404 */
export async function deleteFilter(
  { database }: Pick<TodoContext, 'database'>,
  { workspaceId }: Pick<Identity, 'workspaceId'>,
  id: string,
): Promise<void> {
  const { numDeletedRows } = await database
    .deleteFrom('todo_service.filters')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw notFound('filter');
}
