import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Component } from './components.ts';
import { DaprError } from './dapr-error.ts';

type StateItem = {
  key: string;
  value?: unknown;
  etag?: string;
  metadata?: { ttlInSeconds?: string };
  options?: { concurrency?: 'first-write' | 'last-write'; consistency?: string };
};
type Operation = { operation: 'upsert' | 'delete'; request: StateItem };
type Store = { Params: { store: string } };
type Key = { Params: { store: string; '*': string }; Headers: { 'if-match'?: string } };

/** Runs one statement: the pool, or a connection inside a transaction. */
type Runner = Pick<Pool, 'query'>;

/** Adds `/v1.0/state/{store}` with the behaviour of Dapr's state.postgresql v2. */
export function addStateRoutes(
  app: FastifyInstance,
  { appId, pool, components }: { appId: string; pool: Pool; components: Component[] },
): void {
  function checkStore(store: string): void {
    if (components.some(({ type, name }) => type === 'state.postgresql' && name === store)) return;
    throw new DaprError(400, 'ERR_STATE_STORE_NOT_FOUND', `state store ${store} is not found`);
  }

  app.get<Key>('/v1.0/state/:store/*', async ({ params }, reply) => {
    checkStore(params.store);
    const found = await readState(pool, storedKey(appId, params['*']));
    if (!found) return reply.code(204).send();
    return reply.header('etag', found.etag).type('application/json').send(found.value);
  });

  app.route<Store>({
    method: ['POST', 'PUT'],
    url: '/v1.0/state/:store',
    handler: async ({ params, body }, reply) => {
      checkStore(params.store);
      for (const item of parseBody<StateItem[]>(body)) await save(pool, appId, item);
      return reply.code(204).send();
    },
  });

  app.delete<Key>('/v1.0/state/:store/*', async ({ params, headers }, reply) => {
    checkStore(params.store);
    await remove(pool, appId, {
      key: params['*'],
      ...(headers['if-match'] ? { etag: headers['if-match'] } : {}),
    });
    return reply.code(204).send();
  });

  app.route<Store>({
    method: ['POST', 'PUT'],
    url: '/v1.0/state/:store/bulk',
    handler: async ({ params, body }) => {
      checkStore(params.store);
      const { keys } = parseBody<{ keys: string[] }>(body);
      return Promise.all(
        keys.map(async (key) => {
          const found = await readState(pool, storedKey(appId, key));
          return found ? { key, data: JSON.parse(found.value) as unknown, etag: found.etag } : { key };
        }),
      );
    },
  });

  app.route<Store>({
    method: ['POST', 'PUT'],
    url: '/v1.0/state/:store/transaction',
    handler: async ({ params, body }, reply) => {
      checkStore(params.store);
      const { operations } = parseBody<{ operations: Operation[] }>(body);
      await inTransaction(pool, async (client) => {
        for (const { operation, request } of operations)
          await (operation === 'delete' ? remove : save)(client, appId, request);
      });
      return reply.code(204).send();
    },
  });
}

function storedKey(appId: string, key: string): string {
  if (key.includes('||'))
    throw new DaprError(400, 'ERR_MALFORMED_REQUEST', `input key/keyPrefix '${key}' can't contain '||'`);
  return `${appId}||${key}`;
}

async function readState(runner: Runner, key: string): Promise<{ value: string; etag: string } | undefined> {
  const { rows } = await runner.query<{ value: string; etag: string }>(
    'SELECT value, etag FROM dapr_embedded.state WHERE key = $1 AND (expires_at IS NULL OR expires_at > now())',
    [key],
  );
  return rows[0];
}

async function save(
  runner: Runner,
  appId: string,
  { key, value = null, etag, metadata, options }: StateItem,
): Promise<void> {
  const name = storedKey(appId, key);
  const values = [name, JSON.stringify(value), metadata?.ttlInSeconds ?? null];
  const expires = `CASE WHEN $3::int > 0 THEN now() + make_interval(secs => $3::int) END`;
  const isFirstWrite = options?.concurrency === 'first-write' && etag === undefined;
  const { rowCount } =
    etag === undefined
      ? await runner.query(
          `INSERT INTO dapr_embedded.state AS held (key, value, expires_at) VALUES ($1, $2, ${expires})
           ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, etag = gen_random_uuid()
           WHERE NOT $4 OR held.expires_at <= now()`,
          [...values, isFirstWrite],
        )
      : await runner.query(
          `UPDATE dapr_embedded.state SET value = $2, expires_at = ${expires}, etag = gen_random_uuid()
           WHERE key = $1 AND etag::text = $4 AND (expires_at IS NULL OR expires_at > now())`,
          [...values, etag],
        );
  if (rowCount !== 0) return;
  if (etag !== undefined) throw etagMismatch(key);
  // As state.postgresql v2 does it, which calls only what had an ETag a mismatch.
  throw new DaprError(500, 'ERR_STATE_SAVE', 'failed saving state in state store: no item was updated');
}

async function remove(runner: Runner, appId: string, { key, etag }: StateItem): Promise<void> {
  const { rowCount } = await runner.query(
    'DELETE FROM dapr_embedded.state WHERE key = $1 AND ($2::text IS NULL OR (etag::text = $2 AND (expires_at IS NULL OR expires_at > now())))',
    [storedKey(appId, key), etag ?? null],
  );
  if (rowCount === 0 && etag !== undefined) throw etagMismatch(key);
}

async function inTransaction(pool: Pool, work: (client: Runner) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new DaprError(500, 'ERR_STATE_TRANSACTION', `error detected during transaction: ${String(error)}`);
  } finally {
    client.release();
  }
}

function etagMismatch(key: string): DaprError {
  return new DaprError(
    409,
    'ERR_STATE_SAVE',
    `failed saving state in state store: possible etag mismatch for key ${key}`,
  );
}

function parseBody<Shape>(body: unknown): Shape {
  try {
    return JSON.parse(typeof body === 'string' ? body : '') as Shape;
  } catch (error) {
    throw new DaprError(400, 'ERR_MALFORMED_REQUEST', `failed deserializing HTTP body: ${String(error)}`);
  }
}
