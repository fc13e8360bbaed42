/** Locks whose holder ran on another machine, or on this one before it was started again. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { lockInstance } from '../src/instance-lock.ts';
import { lockServer } from '../src/postgres/server-lock.ts';
import { ownScope } from '../src/process-identity.ts';
import { StartError } from '../src/start-error.ts';
import { mountNetworkDisk } from './support/network-disk.ts';

const here = await ownScope();
const elsewhere = { ...here, host: 'other-machine', kernel: 'another boot' };
/** Long, so that a beat on a busy machine is seen. */
const slowMs = 1_000;
const fastMs = 10;

const lockOf = (mark: object) => JSON.stringify({ pid: 7, identity: 'another boot 99', ...mark });
const startErrorLike = (message: RegExp) => (error: unknown) =>
  error instanceof StartError && message.test(error.message);

/** A data directory with a lock whose process has the id 7. */
async function lockedDirectory(t: TestContext, mark: object, disk?: string) {
  const dataDir = disk ?? (await temporaryDirectory(t));
  const path = join(dataDir, 'host.lock');
  await writeFile(path, lockOf(mark));
  const said: string[] = [];
  const lock = (beatMs: number) => lockInstance(dataDir, { beatMs, say: (line) => said.push(line) });
  return { dataDir, path, said, lock };
}

/** Beats, as a holder on another machine does. */
function beat(t: TestContext, path: string): void {
  let seconds = 1_000;
  const timer = setInterval(() => void utimes(path, seconds, (seconds += 1)).catch(() => undefined), fastMs);
  t.after(() => clearInterval(timer));
}

test('on a local disk, a lock from before a restart of the machine is taken over at once', async (t) => {
  const { said, lock } = await lockedDirectory(t, { scope: elsewhere, isLocked: true });
  await using taken = await lock(fastMs);
  assert.deepEqual([taken.wasStale, said], [true, []]);
});

for (const [what, mark] of [
  ['of a process in another container', { ...here, pidNamespace: 'pid:[1]' }],
  ['whose scope could not be read', { host: 'x', kernel: '', pidNamespace: '' }],
  ['of a process on another machine', elsewhere],
] as const)
  test(`a lock ${what} without the kernel's lock is taken over only when it shows no life`, async (t) => {
    const { path, said, lock } = await lockedDirectory(t, { scope: mark, isLocked: false });
    beat(t, path);
    await assert.rejects(
      lock(slowMs),
      startErrorLike(/in use by another Rondo \(process 7 (in another|on) /),
    );
    assert.match(said[0] ?? '', /Watching for 6 s whether it still runs/);
    assert.equal(await readFile(path, 'utf8'), lockOf({ scope: mark, isLocked: false }));
  });

test("on a network disk, the kernel's lock of another machine is not believed to be free", async (t) => {
  const disk = await mountNetworkDisk(t);
  if (disk === undefined) return t.skip('this user may not mount a file system');
  const { path, said, lock } = await lockedDirectory(t, { scope: elsewhere, isLocked: true }, disk);
  beat(t, path);
  await assert.rejects(
    lock(slowMs),
    startErrorLike(/in use by another Rondo \(process 7 on other-machine\)/),
  );
  assert.equal(said.length, 1);
});

test('on a network disk, a lock that shows no life is taken over, and the new holder shows that it lives', async (t) => {
  const disk = await mountNetworkDisk(t);
  if (disk === undefined) return t.skip('this user may not mount a file system');
  const { path, lock } = await lockedDirectory(t, { scope: elsewhere, isLocked: true }, disk);
  await using taken = await lock(fastMs);
  assert.equal(taken.wasStale, true);
  const { mtimeMs } = await stat(path);
  await eventually(async () => (await stat(path)).mtimeMs > mtimeMs);
});

test('on a network disk, a lock of this machine is freed by the kernel', async (t) => {
  const disk = await mountNetworkDisk(t);
  if (disk === undefined) return t.skip('this user may not mount a file system');
  const scope = { ...here, pidNamespace: 'pid:[1]' };
  const { said, lock } = await lockedDirectory(t, { scope, isLocked: true }, disk);
  await using taken = await lock(fastMs);
  assert.deepEqual([taken.wasStale, said], [true, []]);
});

/** A cluster that a server left without a clean stop. */
async function leftCluster(t: TestContext, mark: object | string) {
  const dataDir = await temporaryDirectory(t);
  const directory = join(dataDir, 'postgres');
  await mkdir(directory);
  await writeFile(join(directory, 'postmaster.pid'), `${2 ** 30}\n`);
  await writeFile(join(dataDir, 'server.lock'), typeof mark === 'string' ? mark : JSON.stringify(mark));
  return { directory, files: () => readdir(directory) };
}

for (const [what, mark] of [
  ['of this process space', { scope: here, isLocked: false }],
  ['of another machine or boot whose lock the kernel had', { scope: elsewhere, isLocked: true }],
  [
    'of another container whose lock the kernel had',
    { scope: { ...here, pidNamespace: 'pid:[1]' }, isLocked: true },
  ],
  ['of a version without this lock', ''],
] as const)
  test(`the postmaster.pid ${what} is removed`, async (t) => {
    const { directory, files } = await leftCluster(t, mark);
    await using lock = await lockServer(directory);
    assert.deepEqual([lock.leftBehind, await files()], [true, []]);
  });

for (const [who, scope] of [
  ['in another container', { ...here, pidNamespace: 'pid:[1]' }],
  ['on other-machine', elsewhere],
] as const)
  test(`a postmaster.pid of a server ${who} that may still run stays, and the start is refused`, async (t) => {
    const { directory, files } = await leftCluster(t, { scope, isLocked: false });
    const message = new RegExp(
      `^PostgreSQL \\(process \\d+ ${who}\\) may still run .*, then remove .*postmaster.pid`,
    );
    for (const _ of [1, 2]) await assert.rejects(lockServer(directory), startErrorLike(message));
    assert.deepEqual(await files(), ['postmaster.pid']);
  });
