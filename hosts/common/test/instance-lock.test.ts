import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { mountSmallDisk } from '../../../tests/support/small-disk.ts';
import { lockInstance } from '../src/instance-lock.ts';
import { StartError } from '../src/start-error.ts';

async function createDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rondo-lock-'));
  t.after(() => rm(directory, { recursive: true }));
  return directory;
}

test('a lock is held until it is released, and leaves nothing behind', async (t) => {
  const directory = await createDirectory(t);
  const lock = await lockInstance(directory);
  assert.equal(lock.wasStale, false);
  await assert.rejects(
    lockInstance(directory),
    (error) => error instanceof StartError && error.message.includes(`process ${process.pid}`),
  );
  assert.deepEqual(await readdir(directory), ['host.lock']);
  await lock.release();
  assert.deepEqual(await readdir(directory), []);
  await (await lockInstance(directory)).release();
});

for (const [holder, content] of [
  ['no process has', JSON.stringify({ pid: 2 ** 30, identity: 'x' })],
  ['another program has now', JSON.stringify({ pid: process.pid, identity: 'an earlier process' })],
  ['cannot be read', '{'],
] as const) {
  test(`a lock whose process id ${holder} is taken over by exactly one process`, async (t) => {
    const directory = await createDirectory(t);
    await writeFile(join(directory, 'host.lock'), content);
    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => lockInstance(directory)));
    const winners = takers.flatMap((taker) => (taker.status === 'fulfilled' ? [taker.value] : []));
    assert.equal(winners.length, 1);
    assert.equal(winners[0]?.wasStale, true);
    assert.deepEqual(await readdir(directory), ['host.lock']);
    await winners[0]?.release();
  });
}

test('the next process continues an interrupted takeover', async (t) => {
  const directory = await createDirectory(t);
  const stale = JSON.stringify({ pid: 2 ** 30, identity: 'x' });
  const claim = `host.lock.${createHash('sha256').update(stale).digest('hex').slice(0, 8)}`;
  await writeFile(join(directory, 'host.lock'), stale);
  await writeFile(join(directory, claim), JSON.stringify({ pid: 2 ** 30 + 1, identity: 'y' }));
  await using lock = await lockInstance(directory);
  assert.equal(lock.wasStale, true);
  assert.deepEqual(await readdir(directory), ['host.lock']);
});

test("another user's directory is refused, and nothing is written there", async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root can change the owner of a directory');
  const directory = await createDirectory(t);
  await chown(directory, 12_345, 12_345);
  await assert.rejects(
    lockInstance(directory),
    (error) =>
      error instanceof StartError &&
      /belongs to another user \(id 12345, this is id 0\): start Rondo as that user, or set RONDO_DATA_DIR/.test(
        error.message,
      ),
  );
  assert.deepEqual(await readdir(directory), []);
});

test('a directory on a read-only file system is refused with an error that says what to do', async (t) => {
  const disk = await mountSmallDisk(1);
  if (!disk) return t.skip('this user may not mount a small disk');
  t.after(() => disk.unmount());
  await promisify(execFile)('mount', ['-o', 'remount,ro', disk.directory]);
  await assert.rejects(
    lockInstance(join(disk.directory, '.rondo')),
    (error) =>
      error instanceof StartError && /\.rondo can't be written: .* set RONDO_DATA_DIR/.test(error.message),
  );
});

test('a directory that can not be made is refused at once', async (t) => {
  const directory = await createDirectory(t);
  const file = join(directory, 'file');
  await writeFile(file, '');
  for (const path of [file, join(file, 'below')])
    await assert.rejects(
      lockInstance(path),
      (error) => error instanceof StartError && /is not a directory: set RONDO_DATA_DIR/.test(error.message),
      path,
    );
  if (process.platform !== 'linux') return;
  for (const path of ['/proc/rondo', '/proc/rondo/data'])
    await assert.rejects(
      lockInstance(path),
      (error) =>
        error instanceof StartError &&
        /^\/proc\/rondo can't be written: .* set RONDO_DATA_DIR/.test(error.message),
      path,
    );
});

test('missing directories above it are made, for the owner only', async (t) => {
  const directory = join(await createDirectory(t), 'a', 'b');
  await using _lock = await lockInstance(directory);
  for (const path of [directory, dirname(directory)]) assert.equal((await stat(path)).mode & 0o777, 0o700);
});
