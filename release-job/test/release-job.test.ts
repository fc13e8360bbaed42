import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { AppError } from '@rondo/shared/errors';
import { openPool } from '@rondo/postgres/open-pool';
import { createLog } from '@rondo/shared/observability/log';
import { awaitMigrations } from '@rondo/postgres/migrations';
import { grantRoles, urlOfRole } from '@rondo/shared/database/roles';
import { environmentName, serviceRegistry } from '@rondo/shared/service-registry';
import { createTestDatabase } from '@rondo/shared/test/database';
import { parseReleaseJobSettings } from '../src/config.ts';
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

const brokerVariables = {
  KAFKA_BROKERS: '127.0.0.1:1',
  KAFKA_USERNAME: 'release-job',
  KAFKA_PASSWORD: 'secret',
  KAFKA_SASL_MECHANISM: 'PLAIN',
  KAFKA_TLS: 'true',
  KAFKA_CREATE_USERS: 'false',
  ...Object.fromEntries(
    serviceRegistry.flatMap((entry) => [
      [`${environmentName(entry)}_KAFKA_USERNAME`, `key of ${entry.name}`],
      [`${environmentName(entry)}_KAFKA_PASSWORD`, 'secret'],
    ]),
  ),
};

const nowhere = {
  brokers: '127.0.0.1:1',
  signIn: { username: 'release-job', password: 'secret', mechanism: 'PLAIN', tls: false },
} as const;

test('without a broker it creates no topic, and the error names the address', async () => {
  await assert.rejects(
    createTopics(nowhere, topicPlan, { replicas: 1, timeoutMs: 0 }),
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

test('it makes the roles of the given URLs, which then wait for nothing and reach only their own schema', async (t) => {
  const { url } = await createTestDatabase(t);
  const users = [
    ...serviceRegistry.flatMap((entry) => (entry.schema === undefined ? [] : environmentName(entry))),
    'DAPR',
  ];
  const urlOf = (user: string) =>
    urlOfRole(url, {
      name: `${new URL(url).pathname.slice(1)}_${user.toLowerCase()}`,
      password: `pass/word of ${user}`,
    });
  const { roles } = parseReleaseJobSettings({
    DATABASE_URL: url,
    ...brokerVariables,
    ...Object.fromEntries(users.map((user) => [`${user}_DATABASE_URL`, urlOf(user)])),
  });
  await migrateSchemas(url, createLog('release-job', 'silent'));
  // Each release gives the rights again.
  for (let release = 1; release <= 2; release += 1) await grantRoles(url, roles);
  for (const set of schemas) await awaitMigrations(urlOf(set.schema.toUpperCase()), set, 0);
  for (const user of users) {
    const pool = openPool(urlOf(user), 'release-job', 1);
    t.after(() => pool.end());
    for (const { schema } of schemas) {
      const read = pool.query(`SELECT FROM ${schema}.dead_letters`);
      if (schema === user.toLowerCase()) await read;
      else await assert.rejects(read, /permission denied for schema/, `${user} reads ${schema}`);
    }
  }
});

test("a service's name in access rules is its username, unless another is given", async (t) => {
  const { url } = await createTestDatabase(t);
  const databases = [...serviceRegistry.map((entry) => environmentName(entry)), 'DAPR'];
  const settings = parseReleaseJobSettings({
    DATABASE_URL: url,
    ...Object.fromEntries(
      databases.map((user) => [
        `${user}_DATABASE_URL`,
        urlOfRole(url, { name: user.toLowerCase(), password: 'secret' }),
      ]),
    ),
    ...brokerVariables,
    TODO_SERVICE_KAFKA_PRINCIPAL: 'sa-123',
  });
  assert.deepEqual(settings.kafka, {
    brokers: '127.0.0.1:1',
    signIn: { username: 'release-job', password: 'secret', mechanism: 'PLAIN', tls: true },
  });
  assert.deepEqual(
    settings.brokerUsers,
    serviceRegistry.map(({ name: service }) => ({
      service,
      username: `key of ${service}`,
      password: 'secret',
      principal: service === 'todo-service' ? 'sa-123' : `key of ${service}`,
    })),
  );
});
