import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MigrationError } from '../src/migration-error.ts';
import { awaitMigrations, migrate } from '../src/migrations.ts';
import { createDatabase, onDatabase } from './support/test-database.ts';

const schema = 'todo_service';
const createTasks = 'create table tasks (id integer primary key);\ninsert into tasks values (1);\n';
const addTitle = "alter table tasks add column title text not null default 'untitled';\n";

/** Runs one statement on a connection of its own. */
async function query(url: string, sql: string): Promise<unknown[]> {
  const { rows } = await onDatabase(url, (client) => client.query<Record<string, unknown>>(sql));
  return rows;
}

async function createDirectory(t: TestContext, files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-migrations-'));
  t.after(() => rm(directory, { recursive: true }));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(directory, name), sql);
  return directory;
}

const failsWith = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof MigrationError && error.code === code && message.test(error.message);

test('migrate applies the files in order in the schema, and records them', async (t) => {
  const { url } = await createDatabase(t);
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

test('a second run applies nothing, a later one only the new files', async (t) => {
  const { url } = await createDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  assert.deepEqual(await migrate(url, { schema, directory }), { applied: [] });
  await writeFile(join(directory, '0002-add-title.sql'), addTitle);
  assert.deepEqual(await migrate(url, { schema, directory }), { applied: ['0002-add-title.sql'] });
});

test('parallel runs apply each file once', async (t) => {
  const { url } = await createDatabase(t);
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

test('the migrations of two schemas in one database are independent', async (t) => {
  const { url } = await createDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  assert.deepEqual(await migrate(url, { schema: 'audit_service', directory }), {
    applied: ['0001-create-tasks.sql'],
  });
});

test('two sets of files in one schema are recorded in tables of their own', async (t) => {
  const { url } = await createDatabase(t);
  const shared = await createDirectory(t, { '0001-create-lists.sql': 'create table lists (id integer)' });
  const own = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  const set = { schema, directory: shared, recordedIn: 'shared_migrations' };
  await migrate(url, set);
  await migrate(url, { schema, directory: own });
  assert.deepEqual(await migrate(url, set), { applied: [] });
  assert.deepEqual(await query(url, 'select name from todo_service.shared_migrations'), [
    { name: '0001-create-lists.sql' },
  ]);
  await awaitMigrations(url, set, 0);
});

test('an edited file is an error, and no later file is applied', async (t) => {
  const { url } = await createDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  await writeFile(join(directory, '0001-create-tasks.sql'), `${createTasks} `);
  await writeFile(join(directory, '0002-add-title.sql'), addTitle);
  await assert.rejects(
    migrate(url, { schema, directory }),
    failsWith('migration-edited', /^0001-create-tasks\.sql was edited/),
  );
  assert.equal((await query(url, 'select from todo_service.migrations')).length, 1);
});

test('a missing or renamed file is an error', async (t) => {
  const { url } = await createDatabase(t);
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
    failsWith('migration-missing', /^0002-add-title\.sql was applied/),
  );
  await assert.rejects(
    migrate(url, { schema, directory: renamed }),
    failsWith('migration-missing', /^0001-create-tasks\.sql was/),
  );
});

test('a failed file leaves nothing behind, and the error has its line and column', async (t) => {
  const { url } = await createDatabase(t);
  const broken = 'create table lists (id integer);\n-- žluťoučký 🐎\ninsert into nowhere values (1);\n';
  const directory = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-create-lists.sql': broken,
  });
  await assert.rejects(
    migrate(url, { schema, directory }),
    failsWith('migration-failed', /^0002-create-lists\.sql:3:13: relation "nowhere" does not exist$/),
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
  test(`file names with ${fault} are an error before anything is applied`, async (t) => {
    const { url } = await createDatabase(t);
    const directory = await createDirectory(t, Object.fromEntries(names.map((name) => [name, 'select 1'])));
    await assert.rejects(migrate(url, { schema, directory }), failsWith('migration-misnamed', message));
    assert.deepEqual(await query(url, "select to_regnamespace('todo_service') as schema"), [
      { schema: null },
    ]);
  });
}

test('a missing directory is an error', async (t) => {
  const { url } = await createDatabase(t);
  const directory = join(await createDirectory(t, {}), 'nowhere');
  await assert.rejects(
    migrate(url, { schema, directory }),
    failsWith('migration-unreadable', /nowhere can't be read/),
  );
});

/** Longer than any of these tests. */
const longTimeoutMs = 60_000;

test('awaitMigrations waits until another program has applied all files', async (t) => {
  const { url } = await createDatabase(t);
  const first = { '0001-create-tasks.sql': createTasks };
  const half = await createDirectory(t, first);
  const all = await createDirectory(t, { ...first, '0002-add-title.sql': addTitle });
  let isDone = false;
  const waiting = awaitMigrations(url, { schema, directory: all }, longTimeoutMs).then(() => (isDone = true));
  await migrate(url, { schema, directory: half });
  await assert.rejects(
    awaitMigrations(url, { schema, directory: all }, 0),
    failsWith(
      'migration-pending',
      /^Schema todo_service has no 0002-add-title\.sql: it has to be migrated first/,
    ),
  );
  assert.equal(isDone, false);
  await migrate(url, { schema, directory: all });
  await waiting;
});

test('awaitMigrations accepts additional migrations of a later release', async (t) => {
  const { url } = await createDatabase(t);
  const later = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  await migrate(url, { schema, directory: later });
  const before = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await awaitMigrations(url, { schema, directory: before }, 0);
});

test('awaitMigrations names all files if there is no schema, and does not create it', async (t) => {
  const { url } = await createDatabase(t);
  const directory = await createDirectory(t, {
    '0001-create-tasks.sql': createTasks,
    '0002-add-title.sql': addTitle,
  });
  await assert.rejects(
    awaitMigrations(url, { schema, directory }, 0),
    failsWith('migration-pending', /has no 0001-create-tasks\.sql, 0002-add-title\.sql/),
  );
  assert.deepEqual(await query(url, "select to_regnamespace('todo_service') as schema"), [{ schema: null }]);
});

test('awaitMigrations reports an edited file at once', async (t) => {
  const { url } = await createDatabase(t);
  const directory = await createDirectory(t, { '0001-create-tasks.sql': createTasks });
  await migrate(url, { schema, directory });
  await writeFile(join(directory, '0001-create-tasks.sql'), `${createTasks} `);
  await assert.rejects(
    awaitMigrations(url, { schema, directory }, longTimeoutMs),
    failsWith('migration-edited', /^0001-create-tasks\.sql was edited/),
  );
});
