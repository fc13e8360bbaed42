/** The answer to a request that changes something, if nobody knows whether the change was made. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'kysely';
import { createTestDatabase } from '../support/database.ts';
import { startTestService } from '../support/service.ts';
import { openDatabase } from '../../src/database/database.ts';
import { defineService } from '../../src/define-service.ts';

const { url } = await createTestDatabase({ after });
const database = openDatabase<unknown>(url, 'no answer', 2);
const definition = defineService({
  name: 'losing-service',
  description: 'loses its connection',
  context: () => undefined,
  routes: [
    (app) => {
      for (const method of ['GET', 'POST'] as const)
        app.route({
          method,
          url: '/lost',
          handler: () => sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(database),
        });
      app.post('/preview', { config: { isRead: true } }, () =>
        sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(database),
      );
      app.post('/slow', () =>
        database.transaction().execute(async (trx) => {
          await sql`SET LOCAL statement_timeout = 1`.execute(trx);
          return sql`SELECT pg_sleep(5)`.execute(trx);
        }),
      );
    },
  ],
});
const { person } = await startTestService({ after }, definition);
after(() => database.destroy());
const ada = await person();

const detailOf = async (method: 'GET' | 'POST', path: string, headers: Record<string, string> = {}) => {
  const { status, body } = await ada.call<{ code: string; detail: string }>(method, path, undefined, headers);
  assert.deepEqual([status, body.code], [503, 'unavailable']);
  return body.detail;
};

test('a change whose connection was lost may have been made, and the answer says how to repeat it', async () => {
  assert.equal(
    await detailOf('POST', '/lost'),
    'The database did not answer. The change may have been made. Look before you repeat the request: without an Idempotency-Key the change can be made twice.',
  );
  assert.equal(
    await detailOf('POST', '/lost', { 'idempotency-key': 'a' }),
    'The database did not answer. The change may have been made. Repeat the request with the same Idempotency-Key: the change is made once.',
  );
});

test('a read, and a change that PostgreSQL refused, changed nothing', async () => {
  for (const [method, path] of [
    ['GET', '/lost'],
    ['POST', '/preview'],
    ['POST', '/slow'],
  ] as const)
    assert.equal(await detailOf(method, path), "The database can't be reached right now. Try again.", path);
});
