import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Client } from 'pg';
import { portOr } from '@rondo/host-common/free-port';
import { startHostProcess } from '../../../tests/support/host-process.ts';
import { startOwnPostgres } from '../../../tests/support/own-postgres.ts';
import { mountSmallDisk } from '../../../tests/support/small-disk.ts';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';

/** Starts a host that must exit with one line in the terminal, and returns the line. */
async function refusedStart(dataDir: string, env: Record<string, string> = {}): Promise<string> {
  const error = await startHostProcess(dataDir, env).then(
    async (host) => {
      await host.end('SIGKILL');
      return assert.fail('the host started');
    },
    (reason: Error) => reason,
  );
  const lines = error.message.split('\n').slice(1);
  assert.equal(lines.length, 1, error.message);
  return lines[0] ?? '';
}

async function hold(t: TestContext, port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
}

for (const [purpose, offset] of [
  ['gateway', 0],
  ['websocket-service', 3],
  ['sidecar of websocket-service', -4_497],
  ['metrics of websocket-service', 1_103],
] as const)
  test(`a port in use (${purpose}) fails the start at once, before any file is created`, async (t) => {
    const dataDir = await temporaryDirectory(t);
    const port = await portOr(0);
    await hold(t, port + offset);
    // Another test on this machine may use one of the other ports.
    const began = performance.now();
    const line = await refusedStart(dataDir, { RONDO_PORT: String(port) });
    assert.match(
      line,
      new RegExp(`^rondo: Ports? .*\\b${port + offset} \\(${purpose}\\).* in use: .* set RONDO_PORT`),
    );
    assert.ok(performance.now() - began < 15_000);
    assert.deepEqual(await readdir(dataDir), []);
  });

test('a schema of a newer release fails the start with a one-line error', async (t) => {
  const [databaseDir, dataDir] = [await temporaryDirectory(t), await temporaryDirectory(t)];
  const postgres = await startOwnPostgres(databaseDir);
  t.after(() => postgres.stop());
  const host = await startHostProcess(dataDir, { DATABASE_URL: postgres.url });
  await host.end('SIGTERM');
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query("INSERT INTO audit_service.migrations VALUES (9999, '9999-later.sql', 'x')");
  await client.end();
  const line = await refusedStart(dataDir, { DATABASE_URL: postgres.url });
  assert.match(
    line,
    /^rondo: 9999-later\.sql was applied to schema audit_service, but there is no such file/,
  );
});

test('a missing key directory fails the start, and an empty one gets new keys', async (t) => {
  const dataDir = await temporaryDirectory(t);
  await (await startHostProcess(dataDir)).end('SIGTERM');
  const identity = join(dataDir, 'identity');
  const key = await readFile(join(identity, 'signing-key.json'), 'utf8');
  await rm(identity, { recursive: true });
  assert.match(
    await refusedStart(dataDir),
    /^rondo: .*identity with the keys of this installation is missing/,
  );
  assert.ok(!(await readdir(dataDir)).includes('identity'));
  await mkdir(identity);
  await (await startHostProcess(dataDir)).end('SIGTERM');
  assert.notEqual(await readFile(join(identity, 'signing-key.json'), 'utf8'), key);
});

for (const mebibytes of [5, 20, 39])
  test(`a disk of ${mebibytes} MiB is too small for a first start: both attempts report it in one line`, async (t) => {
    const disk = await mountSmallDisk(mebibytes);
    if (!disk) return t.skip('this user may not mount a small disk');
    t.after(() => disk.unmount());
    for (const attempt of ['first', 'second']) {
      const line = await refusedStart(disk.directory);
      assert.equal(
        line,
        `rondo: The disk that holds ${disk.directory} is full: free some space and start again.`,
        attempt,
      );
    }
  });
