import type { Transaction } from 'kysely';
import { answerOnce, type OnceOptions } from '@rondo/shared/database/answer-once';
import type { Answer } from '@rondo/shared/http/idempotency-key';
import type { CommandContext, NotificationContext } from '../context.ts';
import { schema, type Tables } from './tables.ts';

/** Runs the part of a command that changes the database, once for each Idempotency-Key. Wake workers after it. */
export function runOnce<Body>(
  { database }: Pick<NotificationContext, 'database'>,
  { workspaceId, key }: CommandContext,
  work: (trx: Transaction<Tables>) => Promise<Answer<Body>>,
  more: Pick<OnceOptions<Tables>, 'sealing'> = {},
): Promise<Answer<Body>> {
  return answerOnce({ database, schema, workspaceId, key, ...more }, work);
}
