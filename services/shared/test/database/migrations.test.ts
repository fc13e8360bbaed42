import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { AppError } from '../../src/errors.ts';
import { awaitMigrations, migrate } from '../../src/database/migrations.ts';
import { defineService } from '../../src/define-service.ts';
import { databaseSecret, databaseSecretKey, startService } from '../../src/service.ts';
import type { ServiceEntry } from '../../src/service-registry.ts';
import { createTestDatabase } from '../support/database.ts';
import { startScriptedSidecar } from '../support/scripted-sidecar.ts';

const schema = 'todo_service';
const createTasks = 'create table tasks (id integer primary key);\ninsert into tasks values (1);\n';
const addTitle = "alter table tasks add column title text not null default 'untitled';\n";

/** Rows of one statement, on a connection of its own. */
async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function createDirectory(t: TestContext, files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-migrations-'));
  t.after(() => rm(directory, { recursive: true }));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(directory, name), sql);
  return directory;
}

const refusedAs = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof AppError && error.code === code && message.test(error.message);

test('applies the files in order, in the schema, and records them', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, {
    '0002-add-title.sql': addTitle,
    '0001-create-tasks.sql': createTasks,
    'notes.md': 'not a migration',
  });
  assert.deepEqual(await migrate(url, { schema, directory }), {
    applied: ['0001-create-tasks.sql', '0002-add-title.sql'],
  });
  assert.deepEqual(await query(url, 'select * from todo_service.tasks'), [{ id: 1, title: 'untitled' }]);
  assert.deepEqual(
    await query(url, 'select number, length(sha256) as length from todo_service.migrations order by 1'),
    [
      { number: 1, length: 64 },
      { number: 2, length: 64 },
    ],
  );
});

test('a second run applies nothing, and a later one only what is new', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  assert.deepEqual(await migrate(url, { schema, directory }), { applied: [] });
  await writeFile(join(directory, '0002-add-title.sql'), addTitle);
  assert.deepEqual(await migrate(url, { schema, directory }), { applied: ['0002-add-title.sql'] });
});

test('replicas that start together apply each file once', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(url, { schema, directory })));
  assert.deepEqual(runs.flatMap(({ applied }) => applied).toSorted(), [
    '0001-create-tasks.sql',
    '0002-add-title.sql',
  ]);
});

test('two schemas of one database have migrations of their own', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  assert.deepEqual(await migrate(url, { schema: 'audit_service', directory }), {
    applied: ['0001-create-tasks.sql'],
  });
});

test('an applied file that was edited is refused, and nothing after it runs', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  await writeFile(join(directory, '0001-create-tasks.sql'), `${createTasks} `);
  await writeFile(join(directory, '0002-add-title.sql'), addTitle);
  await assert.rejects(
    migrate(url, { schema, directory }),
    refusedAs('migration-edited', /^0001-create-tasks\.sql was edited/),
  );
  assert.equal((await query(url, 'select from todo_service.migrations')).length, 1);
});

test('an applied file that is gone or renamed is refused', async (t) => {
  const { url } = await createTestDatabase(t);
  const both = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  await migrate(url, { schema, directory: both });
  const older = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  const renamed = await createDirectory(t, {
    '0001-make-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  await assert.rejects(
    migrate(url, { schema, directory: older }),
    refusedAs('migration-missing', /^0002-add-title\.sql was applied/),
  );
  await assert.rejects(
    migrate(url, { schema, directory: renamed }),
    refusedAs('migration-missing', /^0001-create-tasks\.sql was/),
  );
});

test('a file that fails leaves nothing behind and is named with the line and column', async (t) => {
  const { url } = await createTestDatabase(t);
  const broken = 'create table lists (id integer);\n-- žluťoučký 🐎\ninsert into nowhere values (1);\n';
  const directory = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-create-lists.sql': broken,
  });
  await assert.rejects(
    migrate(url, { schema, directory }),
    refusedAs('migration-failed', /^0002-create-lists\.sql:3:13: relation "nowhere" does not exist$/),
  );
  assert.deepEqual(await query(url, "select to_regclass('todo_service.lists') as lists"), [{ lists: null }]);
  await writeFile(join(directory, '0002-create-lists.sql'), 'create table lists (id integer);');
  assert.deepEqual(await migrate(url, { schema, directory }), { applied: ['0002-create-lists.sql'] });
});

for (const [fault, names, message] of [
  ['a gap', ['0001-one.sql', '0003-three.sql'], /^0003-three\.sql should be number 2/],
  ['a duplicate', ['0001-one.sql', '0002-b.sql', '0002-c.sql'], /^0002-c\.sql should be number 3/],
  ['a start other than 1', ['0000-zero.sql'], /^0000-zero\.sql should be number 1/],
  ['another form', ['0001_one.sql'], /^0001_one\.sql is not named like/],
] as const) {
  test(`file names with ${fault} are refused before anything is applied`, async (t) => {
    const { url } = await createTestDatabase(t);
    const directory = await createDirectory(t, Object.fromEntries(names.map((name) => [name, 'select 1'])));
    await assert.rejects(migrate(url, { schema, directory }), refusedAs('migration-misnamed', message));
    assert.deepEqual(await query(url, "select to_regnamespace('todo_service') as schema"), [
      { schema: null },
    ]);
  });
}

test('a directory that is not there is refused', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = join(await createDirectory(t, {}), 'nowhere');
  await assert.rejects(
    migrate(url, { schema, directory }),
    refusedAs('migration-unreadable', /nowhere can't be read/),
  );
});

/** Longer than any of these tests: nobody waits as long as that. */
const patient = 60_000;

test('a program that only waits goes on when another one has applied all, and not before', async (t) => {
  const { url } = await createTestDatabase(t);
  const first = { '0001-create-tasks.sql': createTasks };
  const half = await createDirectory(t, first);
  const all = await createDirectory(t, { ...first, '0002-add-title.sql': addTitle });
  let isOver = false;
  const waiting = awaitMigrations(url, { schema, directory: all }, patient).then(() => (isOver = true));
  await migrate(url, { schema, directory: half });
  await assert.rejects(
    awaitMigrations(url, { schema, directory: all }, 0),
    refusedAs('migration-pending', /^Schema todo_service has no 0002-add-title\.sql: the release job/),
  );
  assert.equal(isOver, false);
  await migrate(url, { schema, directory: all });
  await waiting;
});

test('a program that only waits does not mind the migrations of a later release', async (t) => {
  const { url } = await createTestDatabase(t);
  const later = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  await migrate(url, { schema, directory: later });
  const before = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await awaitMigrations(url, { schema, directory: before }, 0);
});

test('a program that only waits names what is missing where there is no schema yet, and makes none', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  await assert.rejects(
    awaitMigrations(url, { schema, directory }, 0),
    refusedAs('migration-pending', /has no 0001-create-tasks\.sql, 0002-add-title\.sql/),
  );
  assert.deepEqual(await query(url, "select to_regnamespace('todo_service') as schema"), [{ schema: null }]);
});

test('a program that only waits refuses an edited file at once', async (t) => {
  const { url } = await createTestDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  await writeFile(join(directory, '0001-create-tasks.sql'), `${createTasks} `);
  await assert.rejects(
    awaitMigrations(url, { schema, directory }, patient),
    refusedAs('migration-edited', /^0001-create-tasks\.sql was edited/),
  );
});

test('a service with MIGRATE_AT_START=false starts when its schema is there, and changes nothing', async (t) => {
  const { url } = await createTestDatabase(t);
  const sidecar = await startScriptedSidecar(t, { [databaseSecret]: { [databaseSecretKey]: url } });
  const folder = await createDirectory(t, {});
  const directory = join(folder, 'migrations');
  await mkdir(directory);
  await writeFile(join(directory, '0001-create-tasks.sql'), createTasks);
  let isBuilt = false;
  const definition = defineService({
    name: 'waiting-service',
    description: 'waits for its schema',
    context() {
      isBuilt = true;
    },
    routes: [],
  });
  const entry: ServiceEntry = {
    name: 'waiting-service',
    ports: { http: 0, sidecar: 0, metrics: 0 },
    schema,
    publicPaths: [],
    topics: { consumes: [], produces: [] },
    folder,
  };
  const env = {
    PORT: '0',
    METRICS_PORT: '0',
    DAPR_HTTP_ENDPOINT: sidecar.url,
    DAPR_API_TOKEN: 'api-token-of-tests',
    APP_API_TOKEN: 'app-token-of-tests',
    TOKEN_ISSUER: 'urn:rondo:test',
    JWKS_URL: 'http://127.0.0.1:1',
    LOG_LEVEL: 'silent',
    MIGRATE_AT_START: 'false',
  };
  const starting = startService(definition, env, { entry });
  t.after(async () => (await starting).stop());
  // As long as another program takes to migrate a schema of its own.
  await migrate(url, { schema: 'another_service', directory });
  assert.equal(isBuilt, false);
  assert.deepEqual(await query(url, "select to_regnamespace('todo_service') as schema"), [{ schema: null }]);
  await migrate(url, { schema, directory });
  await starting;
  assert.equal(isBuilt, true);
});
