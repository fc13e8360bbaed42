/** What many clients send and read at the same time stays within the memory of the gateway's pod. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { defaultBodyLimit, environmentName, serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { startGatewayPod, type Pod } from '../../support/pod.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const mebibyte = 1024 * 1024;
const maxRequests = 1_000;
const requestsOfAddress = 200;

/** Starts the gateway in its pod, with all services at one listener of the test. */
async function startPod(
  t: TestContext,
  listener: RequestListener,
  onSocket: () => void = () => undefined,
): Promise<Pod | undefined> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const service = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('upgrade', (_request, socket: Socket) => {
    onSocket();
    socket.on('error', () => undefined).resume();
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    const chunk = Buffer.alloc(64 * 1024);
    const fill = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', fill);
    fill();
  });
  const keys = join(await temporaryDirectory(t), 'jwks.json');
  await writeFile(keys, JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'key' }] }));
  return startGatewayPod(t, {
    JWKS_FILE: keys,
    TRUSTED_PROXIES: 'loopback',
    ...Object.fromEntries(serviceRegistry.map((entry) => [`${environmentName(entry)}_URL`, service])),
  });
}

/** A client behind a trusted proxy, one of as many of an address as it may be. */
function openClient(t: TestContext, url: string, nth: number, head: string[]): Socket {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  const address = `198.51.100.${1 + Math.floor(nth / requestsOfAddress)}`;
  socket.write([...head, 'host: rondo.example', `x-forwarded-for: ${address}`, '', ''].join('\r\n'));
  return socket;
}

async function assertAlive(t: TestContext, { url, ended, peak }: Pod): Promise<void> {
  t.diagnostic(`at most ${(peak() / mebibyte).toFixed(0)} MiB`);
  const answer = await Promise.race([fetch(`${url}/health`), ended.then((how) => assert.fail(how))]);
  assert.equal(answer.status, 200);
}

/** Resolves with the status of the answer; 0 if the connection closed before it. */
function statusOf(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => resolve(Number(chunk.toString('latin1').split(' ')[1])));
    socket.once('close', () => resolve(0));
  });
}

test('the largest bodies of many clients, sent up to their last byte and then all at once', async (t) => {
  let received = 0;
  const pod = await startPod(t, (request, response) => {
    request.resume().on('end', () => {
      received += 1;
      response.end('{}');
    });
  });
  if (!pod) return;
  const large = [20, 4, 4, 4, 4, 4].map((size) => ({
    path: size > 4 ? '/api/v1/imports' : '/api/v1/tasks/bulk',
    bytes: size * mebibyte,
  }));
  const small = { path: '/api/v1/tasks', bytes: defaultBodyLimit };
  const bodies = [...large, ...Array.from({ length: maxRequests - large.length }, () => small)];
  const clients = bodies.map(({ path, bytes }, nth) => {
    const socket = openClient(t, pod.url, nth, [`POST ${path} HTTP/1.1`, `content-length: ${bytes}`]);
    socket.write(Buffer.alloc(bytes - 1, 32));
    return { socket, status: statusOf(socket) };
  });
  await eventually(() => clients.every(({ socket }) => socket.writableLength === 0 || socket.destroyed), {
    timeout_ms: 30_000,
    what: 'all bodies to be sent',
  });
  await assertAlive(t, pod);
  for (const { socket } of clients) socket.write(' ');
  const statuses = await Promise.all(clients.map(async ({ status }) => status));
  const counts = Object.fromEntries(
    [200, 0, 429, 503].map((one) => [one, statuses.filter((status) => status === one).length]),
  );
  t.diagnostic(JSON.stringify(counts));
  await assertAlive(t, pod);
  assert.equal(received, counts[200]);
});

test('large answers that nobody reads', async (t) => {
  const chunk = Buffer.alloc(64 * 1024);
  let begun = 0;
  const pod = await startPod(t, (_request, response) => {
    begun += 1;
    response.on('error', () => undefined);
    const fill = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', fill);
    fill();
  });
  if (!pod) return;
  const clients = Array.from({ length: 150 }, (_, nth) =>
    openClient(t, pod.url, nth, ['GET /api/v1/export HTTP/1.1']),
  );
  for (const client of clients) client.pause();
  await eventually(() => begun >= clients.length, { timeout_ms: 60_000, what: 'the answers to begin' });
  await assertAlive(t, pod);
});

test('sockets whose events nobody reads', async (t) => {
  let upgraded = 0;
  const onSocket = () => void (upgraded += 1);
  const pod = await startPod(t, (_request, response) => response.end(), onSocket);
  if (!pod) return;
  for (let nth = 0; nth < 300; nth += 1)
    openClient(t, pod.url, nth, [
      'GET /ws HTTP/1.1',
      'connection: upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    ]).pause();
  await eventually(() => upgraded >= 300, { timeout_ms: 60_000, what: 'the sockets to open' });
  await assertAlive(t, pod);
});
