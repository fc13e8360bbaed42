import type { Pool } from 'pg';
import { isConnectionSpent } from '@rondo/postgres/spent-connection';
import { inSeconds } from '../time-to-live.ts';
import { etagMismatch, StateFailure } from './errors.ts';

export type StateItem = {
  key: string;
  value?: unknown;
  etag?: string;
  metadata?: Record<string, string>;
  options?: { concurrency?: string; consistency?: string };
};
export type Stored = { key: string; value: string; etag: string; expires: string | undefined };

/** The pool, or a connection in a transaction. */
type Runner = Pick<Pool, 'query'>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the values of keys that have not expired, in any order. */
export async function readState(runner: Runner, keys: string[]): Promise<Stored[]> {
  const { rows } = await runner.query<Omit<Stored, 'expires'> & { expires_at: string | null }>(
    'SELECT key, value, etag, expires_at FROM dapr_embedded.state WHERE key = ANY($1) AND (expires_at IS NULL OR expires_at >= now())',
    [keys],
  );
  return rows.map(({ expires_at: expiresAt, ...row }) => ({
    ...row,
    expires: expiresAt === null ? undefined : inSeconds(Date.parse(expiresAt)),
  }));
}

/** @throws StateFailure */
export async function saveState(
  runner: Runner,
  { key, value = null, etag, metadata, options }: StateItem,
): Promise<void> {
  checkOptions(options);
  const values = [key, JSON.stringify(value), ttlOf(metadata)];
  const expires = `CASE WHEN $3::int > 0 THEN now() + make_interval(secs => $3::int) END`;
  if (etag) {
    checkEtag(etag);
    const { rowCount } = await runner.query(
      `UPDATE dapr_embedded.state SET value = $2, expires_at = ${expires}, etag = gen_random_uuid()
       WHERE key = $1 AND etag = $4 AND (expires_at IS NULL OR expires_at >= now())`,
      [...values, etag],
    );
    if (rowCount === 0) throw etagMismatch();
    return;
  }
  const { rowCount } = await runner.query(
    `INSERT INTO dapr_embedded.state AS held (key, value, expires_at) VALUES ($1, $2, ${expires})
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, etag = gen_random_uuid()
     WHERE NOT $4 OR held.expires_at < now()`,
    [...values, options?.concurrency === 'first-write'],
  );
  // As in state.postgresql v2, where only an item with an ETag is a mismatch.
  if (rowCount === 0) throw new StateFailure(500, 'no item was updated');
}

/** @throws StateFailure */
export async function removeState(runner: Runner, { key, etag }: StateItem): Promise<void> {
  if (etag) checkEtag(etag);
  const { rowCount } = await runner.query(
    'DELETE FROM dapr_embedded.state WHERE key = $1 AND ($2::uuid IS NULL OR etag = $2::uuid)',
    [key, etag || null],
  );
  if (rowCount === 0 && etag) throw etagMismatch();
}

/** Runs `work` in a transaction. */
export async function inTransaction(pool: Pool, work: (runner: Runner) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let isSpent = false;
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    isSpent = !(error instanceof StateFailure) && isConnectionSpent(error);
    if (!isSpent) await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release(isSpent);
  }
}

function checkEtag(etag: string): void {
  if (uuid.test(etag)) return;
  throw etagMismatch(etag.length === 36 ? 'invalid UUID format' : `invalid UUID length: ${etag.length}`);
}

function checkOptions({ concurrency, consistency }: NonNullable<StateItem['options']> = {}): void {
  if (concurrency && !['first-write', 'last-write'].includes(concurrency))
    throw new StateFailure(500, `unrecognized concurrency model '${concurrency}'`);
  if (consistency && !['eventual', 'strong'].includes(consistency))
    throw new StateFailure(500, `unrecognized consistency model '${consistency}'`);
}

/** The time to live in seconds. A value that is not positive means no expiry. */
function ttlOf({ ttlInSeconds }: Record<string, string> = {}): number | null {
  if (!ttlInSeconds) return null;
  const wrong = "error parsing TTL: incorrect value for metadata 'ttlInSeconds'";
  if (!/^[+-]?\d+$/.test(ttlInSeconds))
    throw new StateFailure(
      500,
      `${wrong}: strconv.ParseInt: parsing ${JSON.stringify(ttlInSeconds)}: invalid syntax`,
    );
  const seconds = Number(ttlInSeconds);
  if (seconds < -1 || seconds > 2 ** 31 - 1) throw new StateFailure(500, `${wrong}: must be -1 or greater`);
  return seconds;
}
