import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { test, type TestContext } from 'node:test';

const program = resolve(import.meta.dirname, '../src/await-broker.ts');

function run(t: TestContext, brokers: string) {
  const child = spawn(process.execPath, [...process.execArgv, program], {
    env: { KAFKA_BROKERS: brokers },
    stdio: 'ignore',
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('it ends with 0 as soon as one of the brokers accepts a connection, and not before', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const child = run(t, `127.0.0.1:1,127.0.0.1:${port}`);
  const exited = once(child, 'exit');
  const early = await Promise.race([exited, once(AbortSignal.timeout(1_500), 'abort').then(() => 'waits')]);
  assert.equal(early, 'waits');
  server.listen(port, '127.0.0.1');
  t.after(() => server.close());
  assert.deepEqual(await exited, [0, null]);
});

test('it fails without an address', async (t) => {
  const [code] = (await once(run(t, ''), 'exit')) as [number];
  assert.equal(code, 1);
});
