import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Component } from '../components.ts';
import { DaprError, errorInfo } from '../dapr-error.ts';
import { jsonOf } from '../request-body.ts';
import { combineFailures, illegalKey, stateError } from './errors.ts';
import { parseItems, parseKeys, parseOperations } from './requests.ts';
import { inTransaction, readState, removeState, saveState, type Stored } from './store.ts';

type Store = { Params: { store: string } };
type Key = { Params: { store: string; key: string }; Headers: { 'if-match'?: string } };

/** Adds `/v1.0/state/{store}` with the behaviour of Dapr's state.postgresql v2. */
export function addStateRoutes(
  http: FastifyInstance,
  { appId, pool, components }: { appId: string; pool: Pool; components: Component[] },
): void {
  const methods: ('POST' | 'PUT')[] = ['POST', 'PUT'];
  const storedKey = (store: string, key: string, field?: string) => {
    if (key.includes('||')) throw illegalKey(store, key, field);
    return `${appId}||${key}`;
  };
  const checkStore = (store: string) => {
    if (components.some(({ type, name }) => type === 'state.postgresql' && name === store)) return;
    throw new DaprError(400, 'ERR_STATE_STORE_NOT_FOUND', `state store ${store} is not found`, [
      errorInfo('DAPR_STATE_NOT_FOUND', { appID: appId }),
    ]);
  };

  http.get<Key>('/v1.0/state/:store/:key', async ({ params: { store, key } }, reply) => {
    checkStore(store);
    const [found] = await readState(pool, [storedKey(store, key, key)]);
    if (!found) return reply.code(204).send();
    if (found.expires) reply.header('metadata.ttlexpiretime', found.expires);
    return reply.header('etag', found.etag).type('application/json').send(found.value);
  });

  http.route<Store>({
    method: methods,
    url: '/v1.0/state/:store',
    handler: async ({ params: { store }, body }, reply) => {
      checkStore(store);
      const items = parseItems(jsonOf(body)).map((item) => ({
        ...item,
        key: storedKey(store, item.key, item.key),
      }));
      const saved = await Promise.allSettled(items.map((item) => saveState(pool, item)));
      const errors = saved.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      const what = `failed saving state in state store ${store}`;
      if (errors.length > 0) throw stateError('ERR_STATE_SAVE', what, combineFailures(errors, items.length));
      return reply.code(204).send();
    },
  });

  http.delete<Key>('/v1.0/state/:store/:key', async ({ params: { store, key }, headers }, reply) => {
    checkStore(store);
    const etag = headers['if-match'];
    const item = { key: storedKey(store, key, key), ...(etag ? { etag } : {}) };
    await removeState(pool, item).catch((error: unknown) => {
      throw stateError('ERR_STATE_DELETE', `failed deleting state with key ${key}`, error);
    });
    return reply.code(204).send();
  });

  http.route<Store>({
    method: methods,
    url: '/v1.0/state/:store/bulk',
    handler: async ({ params: { store }, body }) => {
      checkStore(store);
      const requested = parseKeys(jsonOf(body, invalidBody)).map(
        (key) => [key, storedKey(store, key, key)] as const,
      );
      const found = await readState(
        pool,
        requested.map(([, stored]) => stored),
      );
      return requested.map(([key, stored]) =>
        bulkItem(
          key,
          found.find((state) => state.key === stored),
        ),
      );
    },
  });

  http.route<Store>({
    method: methods,
    url: '/v1.0/state/:store/transaction',
    handler: async ({ params: { store }, body }, reply) => {
      checkStore(store);
      const operations = parseOperations(jsonOf(body, invalidBody), (key) => storedKey(store, key));
      await inTransaction(pool, async (client) => {
        for (const { operation, item } of operations)
          await (operation === 'delete' ? removeState : saveState)(client, item);
      }).catch((error: unknown) => {
        const { errorCode, message } = stateError(
          'ERR_STATE_TRANSACTION',
          'error while executing state transaction',
          error,
        );
        throw new DaprError(500, errorCode, message);
      });
      return reply.code(204).send();
    },
  });
}

function bulkItem(key: string, found: Stored | undefined): Record<string, unknown> {
  if (!found) return { key };
  const { value, etag, expires } = found;
  return {
    key,
    data: JSON.parse(value) as unknown,
    etag,
    ...(expires === undefined ? {} : { metadata: { ttlExpireTime: expires } }),
  };
}

function invalidBody(why: string): DaprError {
  return new DaprError(400, 'ERR_MALFORMED_REQUEST', `failed deserializing HTTP body: ${why}`);
}
