import type { Kysely, Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import type { CommandAnswer } from './command-answer.ts';
import type { KeptAnswer } from './persist.ts';
import type { Tables } from './tables.ts';

type Database = Kysely<Tables> | Transaction<Tables>;

/**
 * Runs a command at most once per Idempotency-Key; later requests with the key get the first answer. If two requests
 * run concurrently, one writes. The other fails on the changed task or on the key, and gets the first one's answer.
 * @throws AppError 422 `idempotency-key-reused` if the key was used for a different request
 */
export async function atMostOnce(
  { database }: Pick<TodoContext, 'database'>,
  command: CommandContext,
  run: () => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  if (!command.idempotency) return run();
  const first = await findAnswer(database, command);
  if (first) return first;
  try {
    return await run();
  } catch (error) {
    const concurrent = await findAnswer(database, command).catch((failure: unknown) => {
      if (failure instanceof AppError) throw failure;
    });
    if (!concurrent) throw error;
    return concurrent;
  }
}

/** The answer as a row to store with a change; empty if the request has no Idempotency-Key. */
export function keptAnswer(
  { identity, idempotency }: CommandContext,
  { status, body }: CommandAnswer,
): { answer?: KeptAnswer } {
  if (!idempotency) return {};
  const { route, key, requestHash } = idempotency;
  return {
    answer: {
      person_id: identity.personId,
      route,
      key,
      request_hash: requestHash,
      status,
      response: body,
    },
  };
}

/** Stores the answer of a command that changed nothing, so that its retry changes nothing either. */
export async function keepUnchanged(
  database: Database,
  command: CommandContext,
  answer: CommandAnswer,
): Promise<CommandAnswer> {
  const { answer: kept } = keptAnswer(command, answer);
  if (!kept) return answer;
  const { numInsertedOrUpdatedRows: inserted } = await database
    .insertInto('todo_service.idempotency_keys')
    .values(kept)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return inserted === 0n ? ((await findAnswer(database, command)) ?? answer) : answer;
}

/**
 * Finds the stored answer to this request.
 * @throws AppError 422 `idempotency-key-reused` if the key was used for a different request
 */
export async function findAnswer(
  database: Database,
  { identity, idempotency }: CommandContext,
): Promise<CommandAnswer | undefined> {
  if (!idempotency) return undefined;
  const kept = await database
    .selectFrom('todo_service.idempotency_keys')
    .select(['request_hash', 'status', 'response'])
    .where('person_id', '=', identity.personId)
    .where('route', '=', idempotency.route)
    .where('key', '=', idempotency.key)
    .executeTakeFirst();
  if (!kept) return undefined;
  if (!kept.request_hash.equals(idempotency.requestHash)) {
    throw new AppError('idempotency-key-reused', 'This Idempotency-Key was used for a different request.', {
      status: 422,
    });
  }
  const { id, version } = kept.response === '' ? {} : (JSON.parse(kept.response) as Partial<Task>);
  return {
    status: kept.status,
    body: kept.response,
    isReplayed: true,
    ...(id === undefined || version === undefined ? {} : { task: { id, version } }),
  };
}
