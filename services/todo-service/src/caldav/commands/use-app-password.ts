import { AppError } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/token-verifier';
import { hashOfSecret } from '../../domain/calendar-secret.ts';
import type { TodoContext } from '../../context.ts';
import { passwordOf } from '../app-password.ts';

/** The last use is written at most this often. */
const lastUseMs = 60_000;

/**
 * Identifies a person by an app password in Basic credentials (RFC 7617), and notes that it was used. It is looked up by its hash,
 * so how long that takes says nothing about passwords.
 * @throws AppError 401
 */
export async function useAppPassword(
  { database, reads, clock, log }: Pick<TodoContext, 'database' | 'reads' | 'clock' | 'log'>,
  authorization: string | undefined,
): Promise<Identity> {
  const password = passwordOf(authorization);
  if (password === undefined) throw unauthorized('An app password is needed.');
  const found = await reads
    .selectFrom('todo_service.app_passwords')
    .select(['id', 'person_id', 'workspace_id', 'last_used_at'])
    .where('password_hash', '=', hashOfSecret(password))
    .executeTakeFirst();
  if (!found) throw unauthorized('The app password is wrong or was revoked.');
  const now = clock.now();
  // A use in the future was noted by a clock that was ahead.
  if (found.last_used_at === null || Math.abs(now.getTime() - Date.parse(found.last_used_at)) >= lastUseMs)
    await database
      .updateTable('todo_service.app_passwords')
      .set({ last_used_at: now.toISOString() })
      // Of many requests at the same time one notes it, and no other waits for that.
      .where('id', 'in', (notNoted) =>
        notNoted
          .selectFrom('todo_service.app_passwords')
          .select('id')
          .where('id', '=', found.id)
          .forUpdate()
          .skipLocked(),
      )
      .execute()
      // A full disk does not keep people from reading.
      .catch((error: unknown) => log.warn({ err: error }, 'the use of an app password was not noted'));
  return {
    personId: found.person_id,
    workspaceId: found.workspace_id,
    source: 'api',
    timeZone: null,
    locale: null,
    isOperator: false,
    tokenExpiresMs: Infinity,
  };
}

function unauthorized(message: string): AppError {
  return new AppError('unauthorized', message, {
    headers: { 'www-authenticate': 'Basic realm="Rondo", charset="UTF-8"' },
  });
}
