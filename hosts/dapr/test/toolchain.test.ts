import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { StartError } from '@rondo/host-common/start-error';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { provideDaprd } from '../src/toolchain/daprd.ts';
import { withProgress } from '../src/toolchain/progress.ts';
import { runTool } from '../src/toolchain/run-tool.ts';
import { cacheDirectoryOf, keptDirectory, type Toolchain } from '../src/toolchain/toolchain.ts';

const run = promisify(execFile);

async function toolchainOf(t: TestContext): Promise<Toolchain> {
  return { cacheDir: await temporaryDirectory(t), say: () => undefined };
}

/** Serves a release: an archive with a fake program, and its checksum. */
async function serveRelease(t: TestContext, checksumOf: (archive: Buffer) => string): Promise<string> {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'daprd'), 'the release', { mode: 0o755 });
  await run('tar', ['-czf', join(directory, 'daprd.tar.gz'), '-C', directory, 'daprd']);
  const archive = await readFile(join(directory, 'daprd.tar.gz'));
  const server = createServer((request, response) =>
    response.end(request.url?.endsWith('.sha256') ? checksumOf(archive) : archive),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a release is downloaded once, checked, and kept', async (t) => {
  const toolchain = await toolchainOf(t);
  const url = await serveRelease(t, (archive) => `${sha256(archive)}  daprd_linux_amd64.tar.gz\n`);
  const binary = await provideDaprd(toolchain, url);
  assert.equal(await readFile(binary, 'utf8'), 'the release');
  assert.equal(await provideDaprd(toolchain, 'http://127.0.0.1:1'), binary);
});

test('a release with a wrong checksum is refused and not cached', async (t) => {
  const toolchain = await toolchainOf(t);
  const url = await serveRelease(t, () => '0'.repeat(64));
  await assert.rejects(provideDaprd(toolchain, url), /does not match its published checksum/);
  assert.deepEqual(await readdir(toolchain.cacheDir), []);
});

test('a directory whose fill failed is missing, and the next call fills it', async (t) => {
  const toolchain = await toolchainOf(t);
  const fails = async (draft: string) => {
    await writeFile(join(draft, 'half'), '');
    throw new Error('no space');
  };
  await assert.rejects(keptDirectory(toolchain, 'key', fails), /no space/);
  assert.deepEqual(await readdir(toolchain.cacheDir), []);
  const directory = await keptDirectory(toolchain, 'key', (draft) => writeFile(join(draft, 'whole'), ''));
  assert.deepEqual(await readdir(directory), ['whole']);
});

test('two concurrent calls get the same directory', async (t) => {
  const toolchain = await toolchainOf(t);
  const fill = (text: string) => () =>
    keptDirectory(toolchain, 'key', (draft) => writeFile(join(draft, 'who'), text));
  const both = await Promise.all([fill('one')(), fill('two')()]);
  assert.equal(both[0], both[1]);
});

test('the error for a missing tool says what to do; the error for a failed tool has its last lines', async (t) => {
  const logFile = join(await temporaryDirectory(t), 'tool.log');
  await assert.rejects(
    runTool('no-such-tool', [], { logFile, remedy: 'install it.' }),
    (error) => error instanceof StartError && error.message === 'no-such-tool is not installed: install it.',
  );
  await assert.rejects(
    runTool('sh', ['-c', 'echo reason >&2; exit 4'], { logFile, remedy: '' }),
    (error) =>
      error instanceof StartError &&
      error.message.includes('failed (4)') &&
      error.message.includes('reason') &&
      error.message.includes(logFile),
  );
});

test('each line of a tool is reported at once, and its standard output is returned', async (t) => {
  const logFile = join(await temporaryDirectory(t), 'tool.log');
  const lines: string[] = [];
  const printed = await runTool('sh', ['-c', 'echo one; echo two >&2; echo three'], {
    logFile,
    remedy: '',
    onLine: (line) => void lines.push(line),
  });
  assert.equal(printed, 'one\nthree');
  assert.deepEqual(lines.toSorted(), ['one', 'three', 'two']);
  assert.equal(await readFile(logFile, 'utf8'), 'two\n');
});

test('a long step reports every ten seconds how far it is', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const said: string[] = [];
  let files = 0;
  const toolchain = { cacheDir: '/nowhere', say: (line: string) => void said.push(line) };
  const result = await withProgress(
    toolchain,
    () => `Kafka: ${files} files downloaded`,
    async () => {
      for (files of [3, 7]) t.mock.timers.tick(10_000);
      return 'done';
    },
  );
  assert.equal(result, 'done');
  assert.equal(said.length, 2);
  assert.match(said[0] ?? '', /^ {2}Kafka: 3 files downloaded \(\d+ s\)$/);
  assert.match(said[1] ?? '', /^ {2}Kafka: 7 files downloaded/);
});

test('the cache is in RONDO_CACHE_DIR, or in the default directory for caches', () => {
  assert.equal(cacheDirectoryOf({ RONDO_CACHE_DIR: '/own', HOME: '/home/ada' }), '/own');
  assert.equal(cacheDirectoryOf({ XDG_CACHE_HOME: '/caches', HOME: '/home/ada' }), '/caches/rondo');
  assert.equal(cacheDirectoryOf({ HOME: '/home/ada' }), '/home/ada/.cache/rondo');
  assert.throws(() => cacheDirectoryOf({}), StartError);
});
