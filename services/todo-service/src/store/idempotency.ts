import type { Kysely, Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/errors';
import type { KeptAnswer } from './persist.ts';
import type { CommandRequest } from '../routes/command-context.ts';
import type { TodoContext } from '../context.ts';
import type { Tables } from './tables.ts';

/** A command's answer, ready to be sent: the body is JSON text, empty for 204. */
export type CommandAnswer = {
  status: number;
  body: string;
  /** The one task that the answer shows, for its headers. */
  task?: Pick<Task, 'id' | 'version'>;
  is_replayed?: boolean;
};

type Database = Kysely<Tables> | Transaction<Tables>;

/** An answer that shows one task. */
export function taskAnswer(status: number, task: Task, body = JSON.stringify(task)): CommandAnswer {
  return { status, body, task };
}

/** The answer to be kept with a change, when the request asks for it. */
export function keptAnswer(
  { identity, idempotency }: CommandRequest,
  { status, body }: CommandAnswer,
): { answer?: KeptAnswer } {
  if (!idempotency) return {};
  return { answer: { person_id: identity.person_id, ...idempotency, status, response: body } };
}

/** Keeps the answer of a command that found nothing to change, so that its retry changes nothing either. */
export async function keepUnchanged(
  database: Database,
  request: CommandRequest,
  answer: CommandAnswer,
): Promise<CommandAnswer> {
  const { answer: kept } = keptAnswer(request, answer);
  if (!kept) return answer;
  const { numInsertedOrUpdatedRows: inserted } = await database
    .insertInto('todo_service.idempotency_keys')
    .values(kept)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return inserted === 0n ? ((await findAnswer(database, request)) ?? answer) : answer;
}

/**
 * Runs a command at most once for an Idempotency-Key: what was answered before is answered again. Of twins that run at
 * the same time one writes; the other fails on what the first one changed, or on the key itself, and gets its answer.
 * @throws AppError 422 `idempotency-key-reused` when the key came with another request
 */
export async function atMostOnce(
  { database }: TodoContext,
  request: CommandRequest,
  run: () => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  if (!request.idempotency) return run();
  const first = await findAnswer(database, request);
  if (first) return first;
  try {
    return await run();
  } catch (error) {
    const twins = await findAnswer(database, request).catch((failure: unknown) => {
      if (failure instanceof AppError) throw failure;
    });
    if (!twins) throw error;
    return twins;
  }
}

/**
 * What was answered to this request before.
 * @throws AppError 422 `idempotency-key-reused`
 */
export async function findAnswer(
  database: Database,
  { identity, idempotency }: CommandRequest,
): Promise<CommandAnswer | undefined> {
  if (!idempotency) return undefined;
  const kept = await database
    .selectFrom('todo_service.idempotency_keys')
    .select(['request_hash', 'status', 'response'])
    .where('person_id', '=', identity.person_id)
    .where('route', '=', idempotency.route)
    .where('key', '=', idempotency.key)
    .executeTakeFirst();
  if (!kept) return undefined;
  if (!kept.request_hash.equals(idempotency.request_hash)) {
    throw new AppError('idempotency-key-reused', 'This Idempotency-Key came with another request before.', {
      status: 422,
    });
  }
  const shown = kept.response === '' ? {} : (JSON.parse(kept.response) as Partial<Task>);
  const { id, version } = shown;
  return {
    status: kept.status,
    body: kept.response,
    is_replayed: true,
    ...(id === undefined || version === undefined ? {} : { task: { id, version } }),
  };
}
