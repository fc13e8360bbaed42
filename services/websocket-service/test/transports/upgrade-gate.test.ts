import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Problem } from '@rondo/shared/contracts/problem';
import { eventually } from '@rondo/shared/test/eventually';
import { WebSocket } from 'ws';
import { firstOf, hello, open, socketUrl, start, type Opened } from '../support/socket.ts';

/** A request as bytes, so that it can be one that no client library would send. What is answered is collected. */
function ask(
  serviceUrl: string,
  path: string,
  headers: string[] = [],
): { socket: Socket; answer: () => string } {
  const { hostname, port } = new URL(serviceUrl);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  const lines = [
    `GET ${path} HTTP/1.1`,
    'host: rondo.example',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return { socket, answer: () => answer };
}

test('an invalid upgrade is answered and closed', async (t) => {
  const { service } = await start(t, { MAX_SOCKETS_PER_ADDRESS: '1' });
  for (const [path, headers, status] of [
    ['/elsewhere', [], 404],
    ['//', [], 404],
    ['http://[', [], 404],
    ['/ws/more', [], 404],
    ['/ws', ['origin: https://evil.example'], 403],
    ['/ws', ['origin: '], 403],
    ['/ws', ['origin: https://rondo.example'], 101],
    ['/ws', [], 429],
  ] as const) {
    const { socket, answer } = ask(service.url, path, [...headers]);
    await eventually(() => answer().includes('\r\n\r\n'), { what: `an answer to ${path}` });
    assert.equal(Number(answer().split(' ')[1]), status, path);
    if (status !== 101) await eventually(() => socket.readableEnded || socket.destroyed);
  }
  // It must not wait for the one that has been let in and never says anything.
  await service.stop();
});

test('an upgrade with a token is refused with the way to a ticket', async (t) => {
  const { service } = await start(t);
  const { answer, socket } = ask(service.url, '/ws', ['authorization: Bearer any']);
  await eventually(() => socket.readableEnded || socket.destroyed);
  const [head = '', body = ''] = answer().split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 401 Unauthorized\r\n/);
  assert.match(head, /content-type: application\/problem\+json/);
  const problem = JSON.parse(body) as Problem;
  assert.equal(problem.code, 'unauthorized');
  assert.match(problem.detail ?? '', /POST \/api\/v1\/ws-tickets/);
});

test('a peer that resets a refused connection does not affect others', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  for (let n = 0; n < 10; n += 1) {
    const { socket, answer } = ask(running.service.url, '/elsewhere');
    await eventually(() => answer() !== '');
    socket.resetAndDestroy();
    const hasty = ask(running.service.url, '/elsewhere').socket;
    hasty.once('connect', () => hasty.resetAndDestroy());
  }
  await firstOf(open(t, socketUrl(running), await hello(ada)));
});

test('sockets without a valid hello are limited by address, and a hello or a close makes room', async (t) => {
  const running = await start(t, {
    MAX_SOCKETS_WITHOUT_HELLO_PER_ADDRESS: '2',
    HELLO_TIMEOUT_SECONDS: '60',
    TRUSTED_PROXIES: 'loopback',
  });
  const ada = await running.person();
  const from = (address: string, greeting?: unknown) =>
    open(t, socketUrl(running), greeting, { headers: { 'x-forwarded-for': address } });
  const isOpen = ({ socket }: Opened) => eventually(() => socket.readyState === WebSocket.OPEN);
  const [first, second] = [from('203.0.113.1'), from('203.0.113.1')];
  await Promise.all([isOpen(first), isOpen(second)]);
  assert.equal(await from('203.0.113.1').closed, 1006);
  await isOpen(from('203.0.113.2'));
  first.socket.send(JSON.stringify(await hello(ada)));
  await firstOf(first);
  const third = from('203.0.113.1');
  await isOpen(third);
  second.socket.close();
  await second.closed;
  await eventually(async () => {
    const next = from('203.0.113.1', await hello(ada));
    return Promise.race([next.closed.then(() => false), firstOf(next).then(() => true)]);
  });
});
