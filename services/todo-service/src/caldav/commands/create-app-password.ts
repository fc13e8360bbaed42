import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { AppError } from '@rondo/shared/errors';
import type { Identity } from '@rondo/shared/http/token-verifier';
import { hashOfSecret } from '../../domain/calendar-secret.ts';
import type { TodoContext } from '../../context.ts';
import type { NewAppPassword } from '../app-password.ts';

const passwordBytes = 32;
const maxPasswords = 20;

/**
 * Creates an app password of a person. Only its hash is stored, so it can be read only from this answer.
 * @throws AppError 403 `too-many-app-passwords`
 */
export async function createAppPassword(
  { database, clock, ids }: Pick<TodoContext, 'database' | 'clock' | 'ids'>,
  { personId, workspaceId }: Pick<Identity, 'personId' | 'workspaceId'>,
  name: string,
): Promise<NewAppPassword> {
  const password = randomBytes(passwordBytes).toString('base64url');
  const row = { id: ids.next(), name: name.trim(), created_at: clock.now().toISOString() };
  await database.transaction().execute(async (trx) => {
    // Two creations at once would both find room for one.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`app passwords ${personId}`}, 0))`.execute(trx);
    const { used } = await trx
      .selectFrom('todo_service.app_passwords')
      .select(({ fn }) => fn.countAll<number>().as('used'))
      .where('person_id', '=', personId)
      .executeTakeFirstOrThrow();
    if (used >= maxPasswords)
      throw new AppError(
        'too-many-app-passwords',
        `A person has at most ${maxPasswords} app passwords. Revoke one that is not used any more.`,
      );
    await trx
      .insertInto('todo_service.app_passwords')
      .values({
        ...row,
        person_id: personId,
        workspace_id: workspaceId,
        password_hash: hashOfSecret(password),
        last_used_at: null,
      })
      .execute();
  });
  return { id: row.id, name: row.name, user: 'rondo', password, created_at: row.created_at };
}
