import { sql, type Kysely, type Transaction } from 'kysely';
import type { Task } from '@rondo/shared/contracts/task';
import type { OnceOptions } from '@rondo/shared/database/answer-once';
import { atMostOnce as runOnce, checkSameRequest } from '@rondo/shared/database/kept-answers';
import { AppError } from '@rondo/shared/errors';
import type { CommandContext, TodoContext } from '../context.ts';
import { quotaExceeded, quotas } from '../domain/quotas.ts';
import type { CommandAnswer } from './command-answer.ts';
import { bytesOfAnswer, today } from './growth.ts';
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
  return command.idempotency ? runOnce(() => findAnswer(database, command), run) : run();
}

/** How a command that changes no task runs once. Its answer counts as written today. */
export function onceOptions(
  { database }: Pick<TodoContext, 'database'>,
  command: CommandContext,
): OnceOptions<Tables> {
  return {
    database,
    schema: 'todo_service',
    workspaceId: command.identity.workspaceId,
    key: command.idempotency,
    async keep(trx, { status, response }) {
      const { isReplayed } = await keepAnswer(trx, command, { status, body: response });
      if (isReplayed)
        throw new AppError('conflict', 'A concurrent request with this Idempotency-Key was first.');
    },
  };
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

/**
 * Stores the answer of a command that changed nothing, so that its retry changes nothing either, or that is known only after the write.
 * It counts as written today.
 * @throws AppError 403 `quota-exceeded`, if there is something in the answer
 */
export async function keepAnswer(
  database: Database,
  command: CommandContext,
  answer: CommandAnswer,
): Promise<CommandAnswer> {
  const { answer: kept } = keptAnswer(command, answer);
  if (!kept) return answer;
  const { person_id, route, key, request_hash, status, response } = kept;
  const limit = quotas['event-bytes'];
  const { rows } = await sql<{ counted: number; inserted: number }>`
    WITH counted AS (
      INSERT INTO todo_service.workspaces AS head (id, day, event_bytes_of_day)
      VALUES (${command.identity.workspaceId}, ${sql.raw(today)}, ${bytesOfAnswer(response)})
      ON CONFLICT (id) DO UPDATE SET
        day = excluded.day,
        events_of_day = CASE WHEN head.day = excluded.day THEN head.events_of_day ELSE 0 END,
        imports_of_day = CASE WHEN head.day = excluded.day THEN head.imports_of_day ELSE 0 END,
        event_bytes_of_day = CASE WHEN head.day = excluded.day THEN head.event_bytes_of_day ELSE 0 END
                             + excluded.event_bytes_of_day
      WHERE head.day <> excluded.day OR head.event_bytes_of_day + excluded.event_bytes_of_day <= ${limit}
      RETURNING id
    ), inserted AS (
      INSERT INTO todo_service.idempotency_keys (person_id, route, key, request_hash, status, response, command_id)
      SELECT ${person_id}::uuid, ${route}, ${key}, ${request_hash}::bytea, ${status}::smallint, ${response},
             ${answer.commandId ?? null}::uuid
      FROM counted
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM counted) AS counted, (SELECT count(*) FROM inserted) AS inserted`.execute(
    database,
  );
  const { counted = 0, inserted = 0 } = rows[0] ?? {};
  if (inserted > 0) return answer;
  const first = await findAnswer(database, command);
  if (first) return first;
  if (counted === 0 && response !== '') throw quotaExceeded('event-bytes', limit);
  return answer;
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
    .select(['request_hash', 'status', 'response', 'command_id'])
    .where('person_id', '=', identity.personId)
    .where('route', '=', idempotency.route)
    .where('key', '=', idempotency.key)
    .executeTakeFirst();
  if (!kept) return undefined;
  checkSameRequest(kept.request_hash, idempotency.requestHash);
  const { id, version } = kept.response === '' ? {} : (JSON.parse(kept.response) as Partial<Task>);
  return {
    status: kept.status,
    body: kept.response,
    isReplayed: true,
    ...(kept.command_id === null ? {} : { commandId: kept.command_id }),
    ...(id === undefined || version === undefined ? {} : { task: { id, version } }),
  };
}
