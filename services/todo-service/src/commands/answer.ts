import type { Task } from '@rondo/shared/contracts/task';
import { AppError } from '@rondo/shared/runtime/errors';
import { isSqlState } from '@rondo/shared/runtime/database';
import type { KeptAnswer } from '../persist.ts';
import type { CommandRequest } from '../request.ts';
import type { TodoContext } from '../tables.ts';

/** A command's answer, ready to be sent: the body is JSON text, empty for 204. */
export type CommandAnswer = {
  status: number;
  body: string;
  /** The one task that the answer shows, for its headers. */
  task?: Pick<Task, 'id' | 'version'>;
  is_replayed?: boolean;
};

/** An answer that shows one task. */
export function taskAnswer(status: number, task: Task, body = JSON.stringify(task)): CommandAnswer {
  return { status, body, task };
}

const uniqueViolation = '23505';

/** The answer to be kept with a change, when the request asks for it. */
export function keptAnswer(
  { identity, idempotency }: CommandRequest,
  { status, body }: CommandAnswer,
): { answer?: KeptAnswer } {
  if (!idempotency) return {};
  return { answer: { person_id: identity.person_id, ...idempotency, status, response: body } };
}

/**
 * Runs a command at most once for an Idempotency-Key: what was answered before is answered again. A twin that runs at
 * the same time waits for the first at the key's unique index, and then gets its answer.
 * @throws AppError 422 `idempotency-key-reused` when the key came with another request
 */
export async function atMostOnce(
  ctx: TodoContext,
  request: CommandRequest,
  run: () => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  if (!request.idempotency) return run();
  const before = await findAnswer(ctx, request);
  if (before) return before;
  try {
    return await run();
  } catch (error) {
    if (!isSqlState(error, uniqueViolation)) throw error;
    const twin = await findAnswer(ctx, request);
    if (!twin) throw error;
    return twin;
  }
}

async function findAnswer(
  { database }: TodoContext,
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
