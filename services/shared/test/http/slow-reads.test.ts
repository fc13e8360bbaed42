import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { openPool } from '@rondo/postgres/open-pool';
import { openDatabase } from '../../src/database/database.ts';
import { addFairReads } from '../../src/http/fair-reads.ts';
import type { Identity } from '../../src/http/token-verifier.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const { url } = await createTestDatabase({ after });
const connections = 6;
const reads = openDatabase<object>(url, 'slow reads', connections);
const pool = openPool(url, 'slow reads test', 2);
after(() => Promise.all([reads.destroy(), pool.end()]));

const app = Fastify() as unknown as FastifyInstance;
app.decorateRequest('identity');
app.addHook('onRequest', async (request) => {
  request.identity = { personId: String(request.headers['person']) } as Identity;
});
addFairReads(app);
app.get('/sleeps', async () => sql`SELECT pg_sleep(3)`.execute(reads));
app.get('/waits', async () => sql`SELECT pg_advisory_xact_lock_shared(1)`.execute(reads));
app.get('/quick', async () => sql`SELECT 1`.execute(reads));
after(() => app.close());

const statusOf = async (person: string, path: string) =>
  (await app.inject({ url: path, headers: { person } })).statusCode;
/** Two requests of each of three people: what a person may read at a time, and together all connections. */
const twiceEach = (path: string) =>
  ['ada', 'bob', 'cleo'].flatMap((person) => [statusOf(person, path), statusOf(person, path)]);

async function countWaiting(): Promise<number> {
  const { rows } = await pool.query<{ waiting: number }>(
    `SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
  );
  return rows[0]?.waiting ?? 0;
}

test('three people whose reads take long leave connections to another person', async () => {
  await Promise.all(twiceEach('/sleeps'));
  const holder = await pool.connect();
  await holder.query('SELECT pg_advisory_lock(1)');
  const slow = twiceEach('/waits');
  try {
    await eventually(async () => (await countWaiting()) >= connections / 2);
    assert.equal(await statusOf('dan', '/quick'), 200);
    assert.equal(await countWaiting(), connections / 2);
  } finally {
    await holder.query('SELECT pg_advisory_unlock(1)');
    holder.release();
  }
  assert.deepEqual(new Set(await Promise.all(slow)), new Set([200]));
});
