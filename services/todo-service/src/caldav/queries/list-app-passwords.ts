import type { Identity } from '@rondo/shared/http/token-verifier';
import type { TodoContext } from '../../context.ts';
import type { AppPassword } from '../app-password.ts';

/** Lists a person's app passwords, oldest first. */
export function listAppPasswords(
  { database }: Pick<TodoContext, 'database'>,
  { personId }: Pick<Identity, 'personId'>,
): Promise<AppPassword[]> {
  return database
    .selectFrom('todo_service.app_passwords')
    .select(['id', 'name', 'created_at', 'last_used_at'])
    .where('person_id', '=', personId)
    .orderBy('id')
    .execute();
}
