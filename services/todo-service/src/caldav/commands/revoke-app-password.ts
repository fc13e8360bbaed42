import { notFound } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../../context.ts';

/** Revokes an app password of a person. @throws AppError 404 */
export async function revokeAppPassword(
  { database }: Pick<TodoContext, 'database'>,
  { personId }: Pick<Identity, 'personId'>,
  id: string,
): Promise<void> {
  const { numDeletedRows } = await database
    .deleteFrom('todo_service.app_passwords')
    .where('person_id', '=', personId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw notFound('app password');
}
