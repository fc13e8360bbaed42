import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { createLog } from '@rondo/shared/observability/log';
import { query } from '@rondo/postgres/test/query';
import { makeBackup } from '../src/backup/make-backup.ts';
import { restoreBackup } from '../src/backup/restore-backup.ts';
import { lockInstance } from '@rondo/host-common/instance-lock';
import { startPostgres, type EmbeddedPostgres } from '@rondo/host-common/postgres/start-postgres';
import { StartError } from '@rondo/host-common/start-error';
import { mountSmallDisk } from '../../../tests/support/small-disk.ts';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';

const log = createLog('test', 'silent');
const start = (dataDir: string): Promise<EmbeddedPostgres> => startPostgres({ dataDir, port: 0, log });

/** Matches a StartError whose message is one line. */
const startErrorLike = (message: RegExp) => (error: unknown) =>
  error instanceof StartError && message.test(error.message) && !error.message.includes('\n');

let source = '';
let file = '';
let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rondo-backup-'));
  source = join(directory, 'data');
  file = join(directory, 'whole.backup');
  await using postgres = await start(source);
  await mkdir(join(source, 'identity'), { mode: 0o700 });
  await writeFile(join(source, 'identity', 'signing-key.json'), '{"kty":"OKP"}', { mode: 0o600 });
  await query(
    postgres.url,
    "create table tasks as select n, repeat('x', 500) as title from generate_series(1, 2000) n",
  );
  await makeBackup(source, file);
});
after(() => rm(directory, { recursive: true, force: true }));

const tasksIn = async (dataDir: string): Promise<unknown[]> => {
  await using postgres = await start(dataDir);
  return await query(postgres.url, 'select count(*)::integer as tasks, max(n) as last from tasks');
};

test('a restored directory has the rows, keys and file permissions of the original', async (t) => {
  const dataDir = join(await temporaryDirectory(t), 'restored');
  const at = await restoreBackup(dataDir, file);
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 600_000, at);
  assert.deepEqual(await tasksIn(dataDir), [{ tasks: 2000, last: 2000 }]);
  const key = join(dataDir, 'identity', 'signing-key.json');
  assert.equal(await readFile(key, 'utf8'), '{"kty":"OKP"}');
  for (const [path, mode] of [
    [key, 0o600],
    [join(dataDir, 'identity'), 0o700],
    [join(dataDir, 'postgres.password'), 0o600],
    [join(dataDir, 'postgres'), 0o700],
  ] as const)
    assert.equal((await stat(path)).mode & 0o777, mode, path);
  assert.deepEqual((await readdir(dataDir)).toSorted(), [
    'identity',
    'postgres',
    'postgres.password',
    'server.lock',
  ]);
});

test('a stopped installation can be backed up, and stays stopped', async (t) => {
  const elsewhere = await temporaryDirectory(t);
  const copy = join(elsewhere, 'stopped.backup');
  await makeBackup(source, copy);
  await assert.rejects(stat(join(source, 'postgres', 'postmaster.pid')), { code: 'ENOENT' });
  await restoreBackup(join(elsewhere, 'restored'), copy);
  assert.deepEqual(await tasksIn(join(elsewhere, 'restored')), [{ tasks: 2000, last: 2000 }]);
});

test('a backup never replaces a file, and a failed backup leaves no file', async (t) => {
  const elsewhere = await temporaryDirectory(t);
  await assert.rejects(makeBackup(source, file), startErrorLike(/already exists/));
  await assert.rejects(makeBackup(elsewhere, `${elsewhere}.backup`), startErrorLike(/contains no database/));
  await assert.rejects(makeBackup(source, join(elsewhere, 'no', 'such')), startErrorLike(/^There is no /));
  assert.deepEqual(await readdir(elsewhere), []);
});

test('of two backups to one path at once, one succeeds, and the other says that the file exists', async (t) => {
  const elsewhere = await temporaryDirectory(t);
  const target = join(elsewhere, 'same.backup');
  const postgres = await start(source);
  t.after(() => postgres.stop());
  const results = await Promise.allSettled([1, 2].map(() => makeBackup(source, target)));
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  const refused = results.find((result) => result.status === 'rejected');
  assert.ok(startErrorLike(/already exists/)(refused?.reason), String(refused?.reason));
  assert.deepEqual(await readdir(elsewhere), ['same.backup']);
  assert.ok((await stat(target)).size > 0);
});

test('a backup in the data directory is refused, also through a link', async (t) => {
  const elsewhere = await temporaryDirectory(t);
  await symlink(join(source, 'postgres'), join(elsewhere, 'link'));
  for (const target of [join(source, 'a'), join(source, 'postgres', 'a'), join(elsewhere, 'link', 'a')])
    await assert.rejects(makeBackup(source, target), startErrorLike(/is in the data directory/), target);
});

test('a full disk fails a backup and a restore with a one-line error, and no files remain', async (t) => {
  const disk = await mountSmallDisk(4);
  if (!disk) return t.skip('this user may not mount a small disk');
  t.after(() => disk.unmount());
  await assert.rejects(makeBackup(source, join(disk.directory, 'a')), startErrorLike(/is full/));
  await assert.rejects(restoreBackup(disk.directory, file), startErrorLike(/is full/));
  assert.deepEqual(await readdir(disk.directory), []);
});

test('a restore over data, or into the directory of a running host, is refused', async (t) => {
  await assert.rejects(restoreBackup(source, file), startErrorLike(/already contains data \(.*postgres.*\)/));
  assert.deepEqual(await tasksIn(source), [{ tasks: 2000, last: 2000 }]);
  const dataDir = await temporaryDirectory(t);
  await using host = await lockInstance(dataDir);
  assert.equal(host.wasStale, false);
  await assert.rejects(restoreBackup(dataDir, file), startErrorLike(/is in use by another Rondo/));
});

/** The backup with one changed byte, in the title of the first task. */
async function withChangedTitle(): Promise<Buffer> {
  const tar = gunzipSync(await readFile(file));
  const at = tar.indexOf('x'.repeat(400));
  assert.ok(at > 0);
  tar[at] = 0x79;
  return gzipSync(tar, { level: 1 });
}

/** The backup with a header whose time would clear the terminal. */
async function withStrangeTime(): Promise<Buffer> {
  const tar = gunzipSync(await readFile(file)).toString('latin1');
  const strange = tar.replace(/"created_at":"[^"]{24}"/, `"created_at":"${'\\u001b[2J'.padEnd(24)}"`);
  return gzipSync(Buffer.from(strange, 'latin1'), { level: 1 });
}

const damages: [name: string, make: () => Promise<Buffer>][] = [
  ['another kind of file', () => Promise.resolve(Buffer.from('{}'))],
  ['an archive of something else', () => Promise.resolve(gzipSync(Buffer.alloc(1024)))],
  ['a backup without its second half', async () => half(await readFile(file))],
  ['a backup without its last bytes', async () => (await readFile(file)).subarray(0, -20)],
  [
    'a backup whose archive is truncated',
    async () => gzipSync(half(gunzipSync(await readFile(file))), { level: 1 }),
  ],
  ['a backup with one changed byte in the database', withChangedTitle],
  ['a backup whose time is none', withStrangeTime],
];
const half = (content: Buffer): Buffer => content.subarray(0, content.length / 2);

for (const [name, make] of damages) {
  test(`${name} is refused, and leaves an empty directory`, async (t) => {
    const elsewhere = await temporaryDirectory(t);
    const damaged = join(elsewhere, 'damaged');
    await writeFile(damaged, await make());
    const dataDir = join(elsewhere, 'data');
    await assert.rejects(restoreBackup(dataDir, damaged), startErrorLike(/nothing was restored/));
    assert.deepEqual(await readdir(dataDir), []);
  });
}

test('a backup without the keys of the installation is refused, and leaves an empty directory', async (t) => {
  const elsewhere = await temporaryDirectory(t);
  const [bare, copy] = [join(elsewhere, 'bare'), join(elsewhere, 'bare.backup')];
  await (await start(bare)).stop();
  await makeBackup(bare, copy);
  const dataDir = join(elsewhere, 'data');
  await assert.rejects(restoreBackup(dataDir, copy), startErrorLike(/lacks identity: nothing was restored/));
  assert.deepEqual(await readdir(dataDir), []);
});

test('a backup of another PostgreSQL version is refused', async (t) => {
  const elsewhere = await temporaryDirectory(t);
  const tar = gunzipSync(await readFile(file));
  const other = tar.toString('latin1').replace('"postgres":18', '"postgres":17');
  await writeFile(join(elsewhere, 'other'), gzipSync(Buffer.from(other, 'latin1'), { level: 1 }));
  await assert.rejects(
    restoreBackup(join(elsewhere, 'data'), join(elsewhere, 'other')),
    startErrorLike(/was made by PostgreSQL 17/),
  );
});

test('no server starts after an interrupted restore, and the next restore starts again', async (t) => {
  const dataDir = await temporaryDirectory(t);
  await mkdir(join(dataDir, 'restoring', 'postgres'), { recursive: true });
  await mkdir(join(dataDir, 'identity'));
  await assert.rejects(start(dataDir), startErrorLike(/was interrupted: run it again/));
  await restoreBackup(dataDir, file);
  assert.deepEqual(await tasksIn(dataDir), [{ tasks: 2000, last: 2000 }]);
});
