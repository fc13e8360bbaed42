import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { startDaprHost } from '../src/host.ts';
import { parseEngineSettings } from '../src/settings.ts';

test('a port in use fails the start before anything is downloaded or built', async (t) => {
  const directory = await temporaryDirectory(t);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const settings = parseEngineSettings({
    RONDO_PORT: '0',
    RONDO_KAFKA_PORT: String(port),
    RONDO_DATA_DIR: join(directory, 'data'),
    RONDO_CACHE_DIR: join(directory, 'cache'),
  });
  const said: string[] = [];
  await assert.rejects(
    startDaprHost(settings, (line) => void said.push(line)),
    ({ message }: Error) =>
      message ===
      `Port ${port} (Kafka) is in use: stop the program that listens there, or set RONDO_KAFKA_PORT to another port.`,
  );
  assert.deepEqual(
    [await readdir(directory), await readdir(join(directory, 'data')), said],
    [['data'], [], []],
  );
});
