import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { AppError } from '@rondo/shared/errors';
import { openPool } from '@rondo/postgres/open-pool';
import { createLog } from '@rondo/shared/observability/log';
import { awaitMigrations } from '@rondo/postgres/migrations';
import { createTestDatabase } from '@rondo/shared/test/database';
import { createTopics } from '../src/kafka-admin.ts';
import { migrateSchemas, schemas } from '../src/schemas.ts';
import { topicPlan } from '../src/topic-plan.ts';

const main = resolve(import.meta.dirname, '../src/main.ts');

async function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [...process.execArgv, main], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([child.stderr.setEncoding('utf8').toArray(), once(child, 'exit')]);
  return { code: code as number, said: said.join('') };
}

test('without a broker it creates no topic, and the error names the address', async () => {
  await assert.rejects(
    createTopics({ brokers: '127.0.0.1:1' }, topicPlan, { replicas: 1, timeoutMs: 0 }),
    (error) =>
      error instanceof AppError &&
      error.code === 'broker-unavailable' &&
      error.message === 'No Kafka answered at 127.0.0.1:1 within 0 s.',
  );
});

test('an invalid environment exits with 1 and one line that names every variable', async () => {
  const { code, said } = await run({ DATABASE_URL: 'mysql://localhost', KAFKA_REPLICATION: '9' });
  assert.equal(code, 1);
  assert.match(said, /^release-job: The environment is wrong: [^\n]+\n$/);
  for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'KAFKA_REPLICATION'])
    assert.ok(said.includes(name), said);
});

test('it migrates every schema, so that a waiting service goes on', async (t) => {
  const { url } = await createTestDatabase(t);
  await migrateSchemas(url, createLog('release-job', 'silent'));
  for (const schema of schemas) await awaitMigrations(url, schema, 0);
  const database = openPool(url, 'release-job', 1);
  t.after(() => database.end());
  const { rows } = await database.query<{ nspname: string }>(
    "select nspname from pg_namespace where nspname like '%_service' order by 1",
  );
  assert.deepEqual(
    rows.map(({ nspname }) => nspname),
    schemas.map(({ schema }) => schema).toSorted(),
  );
});
