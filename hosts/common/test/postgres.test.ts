import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { createLog } from '@rondo/shared/observability/log';
import { query } from '@rondo/postgres/test/query';
import { postmasterOf } from '../../../tests/support/frozen-postgres.ts';
import { portOr } from '../src/free-port.ts';
import { findBinaries, postgresMajorVersion } from '../src/postgres/binaries.ts';
import { findLauncher } from '../src/postgres/launcher.ts';
import { lockServer } from '../src/postgres/server-lock.ts';
import { startServer } from '../src/postgres/server-process.ts';
import { embeddedSettings, throwAwaySettings, type PostgresSettings } from '../src/postgres/settings.ts';
import { startPostgres, type EmbeddedPostgres } from '../src/postgres/start-postgres.ts';
import { stopOrphan } from '../src/postgres/stop-orphan.ts';
import { StartError } from '../src/start-error.ts';

const log = createLog('test', 'silent');
const writingHost = join(import.meta.dirname, 'support', 'writing-host.ts');

async function createDataDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-postgres-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A data directory on which a server has run and stopped. It is a copy, which is faster than a first start. */
async function createUsedDirectory(t: TestContext): Promise<string> {
  const directory = await createDataDirectory(t);
  // fs.cp takes four times as long for these thousand small files.
  await promisify(execFile)('cp', ['-R', `${usedDirectory}/.`, directory]);
  return directory;
}

let usedDirectory = '';
before(async () => {
  usedDirectory = await mkdtemp(join(tmpdir(), 'rondo-postgres-'));
  await (await start(usedDirectory)).stop();
});
after(() => rm(usedDirectory, { recursive: true }));

/** Starts a server that is not durable, unless `settings` say otherwise. */
async function start(
  dataDir: string,
  settings: PostgresSettings = throwAwaySettings,
): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir, port: 0, log, settings });
}

/** Matches a StartError whose message is one line. */
const startErrorLike = (message: RegExp) => (error: unknown) =>
  error instanceof StartError && message.test(error.message) && !error.message.includes('\n');

test('the first start creates a durable, private database, and the next start keeps its data', async (t) => {
  const dataDir = join(await createDataDirectory(t), 'made', 'by', 'start');
  {
    await using postgres = await start(dataDir, {});
    assert.match(postgres.url, /^postgres:\/\/rondo:[\w-]{32}@127\.0\.0\.1:\d+\/rondo$/);
    assert.equal(postgres.recovered, false);
    await query(postgres.url, 'create table tasks as select 1 as id');
    const settings = `select name, setting from pg_settings where name in
      ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'unix_socket_directories', 'server_encoding')`;
    assert.deepEqual(
      (await query(postgres.url, settings)).toSorted((a, b) =>
        JSON.stringify(a).localeCompare(JSON.stringify(b)),
      ),
      [
        { name: 'fsync', setting: 'on' },
        { name: 'full_page_writes', setting: 'on' },
        { name: 'listen_addresses', setting: '127.0.0.1' },
        { name: 'server_encoding', setting: 'UTF8' },
        { name: 'synchronous_commit', setting: 'on' },
        { name: 'unix_socket_directories', setting: '' },
      ],
    );
  }
  assert.equal((await stat(join(dataDir, 'postgres.password'))).mode & 0o777, 0o600);
  assert.equal((await stat(join(dataDir, 'postgres'))).mode & 0o777, 0o700);

  await using postgres = await start(dataDir);
  assert.equal(postgres.recovered, false);
  assert.deepEqual(await query(postgres.url, 'select id from tasks'), [{ id: 1 }]);
});

test('a connection without the password is refused', async (t) => {
  await using postgres = await start(await createUsedDirectory(t));
  const url = new URL(postgres.url);
  url.password = 'guess';
  await assert.rejects(query(url.href, 'select 1'), /password authentication failed/);
});

test('the binaries have the version that the code expects, and sort texts by C.UTF-8', async (t) => {
  await using postgres = await start(await createUsedDirectory(t));
  const sql = `select current_setting('server_version_num')::integer / 10000 as major, datlocprovider as provider,
    datlocale as locale, to_tsvector('simple', 'Žluťoučký')::text as lexemes from pg_database where datname = 'rondo'`;
  assert.deepEqual(await query(postgres.url, sql), [
    { major: postgresMajorVersion, provider: 'b', locale: 'C.UTF-8', lexemes: "'žluťoučký':1" },
  ]);
});

test('after kill -9 of the host, the next start has all committed data and reports the recovery', async (t) => {
  const dataDir = await createUsedDirectory(t);
  const host = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writingHost, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => host.kill('SIGKILL'));
  let committed = 0;
  const lines = createInterface({ input: host.stdout });
  lines.on('line', (line) => {
    committed = Number(line);
    if (committed === 100) host.kill('SIGKILL');
  });
  await Promise.all([once(lines, 'close'), once(host, 'exit')]);
  assert.ok(committed >= 100, `the host exited after ${committed} rows`);

  await using postgres = await start(dataDir);
  assert.equal(postgres.recovered, true);
  const [numbers] = (await query(
    postgres.url,
    'select count(*)::integer as count, max(number) as max from numbers',
  )) as [{ count: number; max: number }];
  assert.equal(numbers.count, numbers.max);
  assert.ok(numbers.max >= committed, `${committed} were committed, ${numbers.max} are there`);
  assert.ok(
    numbers.max <= committed + 1,
    'at most the insert in progress may be committed without an acknowledgement',
  );
});

test('after kill -9 of the server, exited resolves and the next start recovers', async (t) => {
  const dataDir = await createUsedDirectory(t);
  const first = await start(dataDir, {});
  await query(first.url, 'create table tasks as select 1 as id');
  const pid = Number((await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await first.exited;
  await first.stop();

  await using postgres = await start(dataDir);
  assert.equal(postgres.recovered, true);
  assert.deepEqual(await query(postgres.url, 'select id from tasks'), [{ id: 1 }]);
});

test('only the orphaned server is stopped', async (t) => {
  const dataDir = await createUsedDirectory(t);
  await using other = await start(await createUsedDirectory(t));
  const directory = join(dataDir, 'postgres');
  assert.equal(await stopOrphan(directory), undefined);
  const [{ postgres }, launcher] = await Promise.all([findBinaries(), findLauncher()]);
  const port = await portOr(0);
  await using lock = await lockServer(directory);
  const server = await startServer({
    launcher,
    postgres,
    directory,
    port,
    settings: embeddedSettings,
    lock,
    log,
  });
  const pid = postmasterOf(directory);
  assert.equal((await stopOrphan(directory))?.pid, pid);
  await server.exited;
  assert.deepEqual(await query(other.url, 'select 1 as one'), [{ one: 1 }]);
});

test('a postmaster.pid whose process id was reused is removed, and the other program keeps running', async (t) => {
  const dataDir = await createUsedDirectory(t);
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
  await writeFile(pidFile, `${process.pid}\n`);
  await using postgres = await start(dataDir);
  assert.equal(postgres.recovered, true);
  assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
});

test('an interrupted first start is repeated from the beginning', async (t) => {
  const dataDir = await createDataDirectory(t);
  await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true });
  await writeFile(join(dataDir, 'postgres.password'), 'kept-from-the-first-try', { mode: 0o600 });
  await using postgres = await start(dataDir);
  assert.match(postgres.url, /kept-from-the-first-try/);
  assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
});

test('two instances on one data directory: the second is refused, the first keeps running', async (t) => {
  const dataDir = await createUsedDirectory(t);
  await using postgres = await start(dataDir);
  await assert.rejects(
    start(dataDir),
    startErrorLike(/in use by another Rondo \(process \d+\): stop that one, or set RONDO_DATA_DIR/),
  );
  assert.deepEqual(await query(postgres.url, 'select 1 as one'), [{ one: 1 }]);
});

test('a data directory of another major version is refused and not changed', async (t) => {
  const dataDir = await createDataDirectory(t);
  await mkdir(join(dataDir, 'postgres'));
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  await assert.rejects(
    start(dataDir),
    startErrorLike(/made by PostgreSQL 17, but this Rondo contains PostgreSQL 18: /),
  );
  assert.equal(await readFile(join(dataDir, 'postgres', 'PG_VERSION'), 'utf8'), '17\n');
});

test('a database without its version file is refused and not changed', async (t) => {
  const dataDir = await createDataDirectory(t);
  await mkdir(join(dataDir, 'postgres', 'base'), { recursive: true });
  await assert.rejects(
    start(dataDir),
    startErrorLike(/is not a complete database .*: restore a backup, or remove it/),
  );
  assert.deepEqual(await readdir(dataDir), ['postgres']);
});

for (const [what, spoil] of [
  ['missing', (file: string) => rm(file)],
  ['empty', (file: string) => writeFile(file, '\n')],
] as const)
  test(`a password file that is ${what} is reported`, async (t) => {
    const dataDir = await createUsedDirectory(t);
    await spoil(join(dataDir, 'postgres.password'));
    await assert.rejects(
      start(dataDir),
      startErrorLike(/postgres\.password is missing or empty, .*: restore it/),
    );
  });

test('a port in use is reported, and the directory is released', async (t) => {
  const dataDir = await createUsedDirectory(t);
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  await assert.rejects(
    startPostgres({ dataDir, port, log, settings: throwAwaySettings }),
    startErrorLike(
      new RegExp(
        `^Port ${port} \\(PostgreSQL\\) is in use: stop .*, or set RONDO_POSTGRES_PORT to another port`,
      ),
    ),
  );
  listener.close();
  await once(listener, 'close');
  await using postgres = await startPostgres({ dataDir, port, log, settings: throwAwaySettings });
  assert.equal(new URL(postgres.url).port, String(port));
});

test("the server's error is reported in one line", async (t) => {
  const dataDir = await createUsedDirectory(t);
  await assert.rejects(
    start(dataDir, { shared_buffers: 'much' }),
    startErrorLike(
      /did not start on .*: invalid value for parameter "shared_buffers": "much"\. Set DATABASE_URL/,
    ),
  );
});

test('a data directory that is a file is refused', async (t) => {
  const dataDir = join(await createDataDirectory(t), 'file');
  await writeFile(dataDir, '');
  await assert.rejects(start(dataDir), startErrorLike(/is not a directory: set RONDO_DATA_DIR/));
});

test('on a platform without binaries, the error asks for DATABASE_URL', async () => {
  await assert.rejects(findBinaries('sunos', 'x64'), startErrorLike(/sunos on x64: set DATABASE_URL/));
});
