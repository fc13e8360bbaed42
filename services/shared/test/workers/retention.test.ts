import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { openDatabase } from '../../src/database/database.ts';
import { deadLetterRetention } from '../../src/messaging/dead-letters.ts';
import { inboxRetention } from '../../src/messaging/inbox.ts';
import { createLog } from '../../src/observability/log.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createRetentionWorker, type Retention } from '../../src/workers/retention.ts';
import { createTestDatabase } from '../support/database.ts';

const now = new Date('2026-06-01T00:00:00Z');

async function setUp(t: TestContext) {
  const directory = join(import.meta.dirname, '../../migrations/messaging');
  const { url } = await createTestDatabase(t, { migrations: [{ schema: 'test', directory }] });
  const database = openDatabase<object>(url, 'retention test', 2);
  t.after(() => database.destroy());
  const pool = openPool(url, 'retention test', 1);
  t.after(() => pool.end());
  return {
    pool,
    retentions: [inboxRetention(database, 'test'), deadLetterRetention(database, 'test')],
    async run(retentions: Retention[]): Promise<(table: string) => number> {
      const metrics = createMetrics('test');
      const options = { clock: { now: () => now }, log: createLog('test', 'silent'), metrics };
      const failure = await createRetentionWorker(retentions, options)
        .processAll()
        .catch((error: unknown) => error);
      const text = await metrics.metrics();
      const lagOf = (table: string) =>
        Number(new RegExp(`^rondo_retention_lag_seconds\\{table="${table}".*\\} (.+)$`, 'm').exec(text)?.[1]);
      if (failure !== undefined) throw Object.assign(failure as Error, { lagOf });
      return lagOf;
    },
  };
}

test('ids of processed events are kept for 14 days, dead letters for 90 after they were received or redriven', async (t) => {
  const { pool, retentions, run } = await setUp(t);
  await pool.query(
    `INSERT INTO test.inbox SELECT gen_random_uuid(), $1::timestamptz - make_interval(days => days, secs => 1)
     FROM generate_series(1, 40) AS days, generate_series(1, 100)`,
    [now],
  );
  await pool.query(
    `INSERT INTO test.dead_letters (id, topic, reason, cloud_event, received_at, redriven_at)
     SELECT gen_random_uuid(), topic, '', '{}', $1::timestamptz - received, $1::timestamptz - redriven
     FROM (VALUES ('old', interval '91 days', NULL), ('redriven of late', interval '91 days', interval '89 days'),
                  ('young', interval '89 days', NULL), ('redriven long ago', interval '99 days', interval '91 days')
     ) AS given (topic, received, redriven)`,
    [now],
  );
  const lagOf = await run(retentions);
  const { rows: inbox } = await pool.query(
    "SELECT count(*) AS kept, max($1::timestamptz - handled_at) < interval '14 days' AS young FROM test.inbox",
    [now],
  );
  assert.deepEqual(inbox, [{ kept: 13 * 100, young: true }]);
  const { rows: letters } = await pool.query<{ topic: string }>(
    'SELECT topic FROM test.dead_letters ORDER BY topic',
  );
  assert.deepEqual(
    letters.map(({ topic }) => topic),
    ['redriven of late', 'young'],
  );
  assert.deepEqual([lagOf('inbox'), lagOf('dead_letters')], [0, 0]);
});

test('the oldest rows are found by an index, also among many that are kept', async (t) => {
  const { pool } = await setUp(t);
  await pool.query(
    `INSERT INTO test.inbox SELECT gen_random_uuid(), $1::timestamptz - make_interval(secs => n) FROM generate_series(1, 20000) n`,
    [now],
  );
  await pool.query('ANALYZE test.inbox');
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT ctid FROM test.inbox WHERE handled_at < '2026-05-31T23:00:00Z' ORDER BY handled_at LIMIT 1000`,
  );
  assert.match(rows.map((row) => row['QUERY PLAN']).join('\n'), /Index Scan using inbox_by_age/);
});

test('a table that fails says how far it is behind, and keeps no other table from being processed', async (t) => {
  const { pool, retentions, run } = await setUp(t);
  await pool.query(
    `INSERT INTO test.inbox VALUES (gen_random_uuid(), $1::timestamptz - interval '20 days')`,
    [now],
  );
  await pool.query(
    `INSERT INTO test.dead_letters (id, topic, reason, cloud_event, received_at)
     VALUES (gen_random_uuid(), '', '', '{}', $1::timestamptz - interval '91 days')`,
    [now],
  );
  await pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
    CREATE TRIGGER refuse BEFORE DELETE ON test.inbox FOR EACH ROW EXECUTE FUNCTION refuse();`);
  const failure = (await run(retentions).catch((error: unknown) => error)) as Error & {
    lagOf: (table: string) => number;
  };
  assert.match(failure.message, /refused/);
  assert.deepEqual([failure.lagOf('inbox'), failure.lagOf('dead_letters')], [6 * 86_400, 0]);
  assert.equal((await pool.query('SELECT FROM test.dead_letters')).rowCount, 0);
});
