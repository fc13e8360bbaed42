import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { answerOnce, shownOnce } from '@rondo/shared/database/answer-once';
import { AppError } from '@rondo/shared/errors';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import { hashOfSecret } from '../../domain/calendar-secret.ts';
import type { CommandContext, TodoContext } from '../../context.ts';
import { onceOptions } from '../../store/idempotency.ts';
import type { Tables } from '../../store/tables.ts';
import type { NewAppPassword } from '../app-password.ts';

const passwordBytes = 32;
const maxPasswords = 20;

/**
 * Creates an app password of a person. Only its hash is stored, so it can be read only from this answer.
 * @throws AppError 403 `too-many-app-passwords`; 409 `shown-once`
 */
export function createAppPassword(
  ctx: Pick<TodoContext, 'database' | 'clock' | 'ids'>,
  command: CommandContext,
  name: string,
): Promise<Answer<NewAppPassword>> {
  const { personId, workspaceId } = command.identity;
  const password = randomBytes(passwordBytes).toString('base64url');
  const row = { id: ctx.ids.next(), name: name.trim(), created_at: ctx.clock.now().toISOString() };
  return answerOnce({ ...onceOptions(ctx, command), sealing: shownOnce }, async (trx) => {
    await checkRoom(trx, personId);
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
    return { status: 201, body: { ...row, user: 'rondo', password } };
  });
}

/** Waits for other creations of the person, which would find room for one as well. @throws AppError 403 `too-many-app-passwords` */
async function checkRoom(trx: Transaction<Tables>, personId: string): Promise<void> {
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
}
