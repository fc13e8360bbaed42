import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../../../tests/support/temporary-directory.ts';
import { checkPorts, plannedPorts } from '../src/planned-ports.ts';
import { parseHostSettings } from '../src/settings.ts';
import { StartError } from '../src/start-error.ts';

async function takePort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

const startErrorLike = (message: RegExp) => (error: unknown) =>
  error instanceof StartError && message.test(error.message) && !error.message.includes('\n');

test('the error for a port in use names its purpose and the variable that changes it', async (t) => {
  const port = await takePort(t);
  await assert.rejects(
    checkPorts([
      { port: 0, purpose: 'gateway', variable: 'RONDO_PORT' },
      { port, purpose: 'Kafka', variable: 'RONDO_KAFKA_PORT' },
    ]),
    startErrorLike(
      new RegExp(`^Port ${port} \\(Kafka\\) is in use: .* set RONDO_KAFKA_PORT to another port\\.$`),
    ),
  );
});

test('several ports in use are reported in one line', async (t) => {
  const [one, two] = [await takePort(t), await takePort(t)];
  await assert.rejects(
    checkPorts([
      { port: one, purpose: 'gateway', variable: 'RONDO_PORT' },
      { port: two, purpose: 'Kafka', variable: 'RONDO_KAFKA_PORT' },
    ]),
    startErrorLike(
      new RegExp(
        `^Ports ${one} \\(gateway\\), ${two} \\(Kafka\\) are in use: .*RONDO_PORT.*RONDO_KAFKA_PORT`,
      ),
    ),
  );
});

test('a port that is set twice is refused', async () => {
  const settings = parseHostSettings({
    RONDO_PORT: '0',
    RONDO_TODO_PORT: '19876',
    RONDO_AUDIT_PORT: '19876',
  });
  await assert.rejects(
    checkPorts(plannedPorts(settings)),
    startErrorLike(/^Port 19876 is set for two things: todo-service and audit-service/),
  );
});

test('every port of a host is planned: gateway, services, sidecars, metrics and PostgreSQL', async (t) => {
  const dataDir = await temporaryDirectory(t);
  const env = { RONDO_DATA_DIR: dataDir, RONDO_POSTGRES_PORT: '15432' };
  const portsOf = () => plannedPorts(parseHostSettings(env)).map(({ port }) => port);
  const expected = [8000, ...[1, 2, 3, 4, 5].flatMap((n) => [8000 + n, 3500 + n, 9100 + n]), 15432];
  assert.deepEqual(portsOf(), expected);
  // The server of a killed run, which is stopped before its port is needed.
  await mkdir(join(dataDir, 'postgres'));
  await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), '1\n');
  assert.deepEqual(portsOf(), expected.slice(0, -1));
});
