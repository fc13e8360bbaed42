import { sql, type QueryExecutorProvider } from 'kysely';
import { AppError } from '../errors.ts';
import type { IdempotencyKey } from '../http/idempotency-key.ts';
import { dayMs, expiringTable } from '../workers/expiring-table.ts';
import type { Retention } from '../workers/retention.ts';

/** An answer as it is stored: the body is JSON text, empty for 204. */
export type KeptAnswer = { status: number; response: string };

/** Of the answers that are kept for a person a day, in each service. A day begins at midnight UTC. */
const maxKeptBytes = 64 * 1024 * 1024;
/** What a row takes beside its text, about. */
const bytesOfRow = 256;

/**
 * Runs a command if `find` has no answer of it. If it fails because a concurrent request with the same Idempotency-Key was first, the
 * result is the answer of that request.
 */
export async function atMostOnce<Answer>(
  find: () => Promise<Answer | undefined>,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const first = await find();
  if (first) return first;
  try {
    return await run();
  } catch (error) {
    const concurrent = await find().catch((failure: unknown) => {
      if (failure instanceof AppError) throw failure;
    });
    if (!concurrent) throw error;
    return concurrent;
  }
}

/**
 * Finds the answer that is kept for a key.
 * @throws AppError 422 `idempotency-key-reused` if the key was used for a different request
 */
export async function findKeptAnswer(
  database: QueryExecutorProvider,
  schema: string,
  { personId, route, key, requestHash }: IdempotencyKey,
): Promise<KeptAnswer | undefined> {
  const { rows } = await sql<KeptAnswer & { request_hash: Buffer }>`
    SELECT request_hash, status, response FROM ${sql.id(schema, 'idempotency_keys')}
    WHERE person_id = ${personId} AND route = ${route} AND key = ${key}`.execute(database);
  const [kept] = rows;
  if (kept) checkSameRequest(kept.request_hash, requestHash);
  return kept;
}

/** @throws AppError 422 `idempotency-key-reused` if the hash that is stored with a key is that of a different request */
export function checkSameRequest(keptHash: Buffer, requestHash: Buffer): void {
  if (!keptHash.equals(requestHash))
    throw new AppError('idempotency-key-reused', 'This Idempotency-Key was used for a different request.');
}

/**
 * Keeps an answer, in the transaction of what the command changes. An empty answer is never refused: a deletion makes room.
 * @throws unique violation (23505) if an answer is kept for the key; AppError 403 `quota-exceeded`
 */
export async function keepAnswer(
  trx: QueryExecutorProvider,
  schema: string,
  { personId, route, key, requestHash }: IdempotencyKey,
  { status, response }: KeptAnswer,
): Promise<void> {
  const bytes = response === '' ? 0 : bytesOfRow + Buffer.byteLength(response);
  const { numAffectedRows } = await sql`
    WITH counted AS (
      INSERT INTO ${sql.id(schema, 'kept_answer_bytes')} AS known (person_id, day, bytes)
      VALUES (${personId}::uuid, (now() AT TIME ZONE 'UTC')::date, ${bytes}::bigint)
      ON CONFLICT (person_id) DO UPDATE SET
        day = excluded.day, bytes = CASE WHEN known.day = excluded.day THEN known.bytes ELSE 0 END + excluded.bytes
      WHERE known.day <> excluded.day OR known.bytes + excluded.bytes <= ${maxKeptBytes} OR excluded.bytes = 0
      RETURNING person_id
    )
    INSERT INTO ${sql.id(schema, 'idempotency_keys')} (person_id, route, key, request_hash, status, response)
    SELECT person_id, ${route}, ${key}, ${requestHash}::bytea, ${status}::smallint, ${response} FROM counted`.execute(
    trx,
  );
  if (numAffectedRows === 0n)
    throw new AppError(
      'quota-exceeded',
      `The answers that are kept for your Idempotency-Keys have at most ${maxKeptBytes / 1024 ** 2} MiB a day. Send requests without a key, or go on after midnight UTC.`,
      { quota: { name: 'kept-answers', limit: maxKeptBytes, used: maxKeptBytes } },
    );
}

/** The retention of kept answers: a day. */
export function keptAnswerRetention(database: QueryExecutorProvider, schema: string): Retention {
  return expiringTable(database, {
    schema,
    table: 'idempotency_keys',
    keptMs: dayMs,
    by: sql<string>`created_at`,
  });
}
