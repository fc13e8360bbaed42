import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { eventually } from '@rondo/shared/test/eventually';
import { listen, openGateway } from '../support/gateway.ts';
import { openRaw } from '../support/raw-connection.ts';

const upgrade = [
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
];

/** A WebSocket server that echoes each message behind a gateway. */
async function openEcho(t: TestContext, options: ServerOptions = {}) {
  const upstream = await listen(t, (_request, response) => response.writeHead(404).end('{}'));
  const server = new WebSocketServer({ ...options, server: upstream.server });
  server.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) =>
      socket.send(JSON.stringify([request.url, data.toString(), request.headers['x-forwarded-for']])),
    );
  });
  const gateway = await openGateway(t, { 'websocket-service': upstream.url });
  const open = (path = '/ws') => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, {
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    t.after(() => socket.terminate());
    socket.on('error', () => undefined);
    return socket;
  };
  return { server, gateway, open, upstream };
}

test('a socket works in both directions, and the service learns the client', async (t) => {
  const { open } = await openEcho(t);
  const socket = open('/ws?a=1');
  await once(socket, 'open');
  socket.send('hello');
  const [message] = (await once(socket, 'message')) as [Buffer];
  assert.deepEqual(JSON.parse(message.toString()), ['/ws?a=1', 'hello', '127.0.0.1']);
});

test('pings, sizes and close codes are those of the service', async (t) => {
  const { server, open } = await openEcho(t, { maxPayload: 1_024 });
  const socket = open();
  await once(socket, 'open');
  const [inner] = server.clients;
  assert.ok(inner);
  inner.ping('are you there');
  const [pong] = (await once(inner, 'pong')) as [Buffer];
  assert.equal(pong.toString(), 'are you there');
  inner.close(4440, 'slow reader');
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  assert.deepEqual([code, reason.toString()], [4440, 'slow reader']);

  const large = open();
  await once(large, 'open');
  large.send('x'.repeat(1_025));
  assert.equal(((await once(large, 'close')) as [number])[0], 1009);
});

test('a stop of the gateway closes sockets with 1001, and the service has none left', async (t) => {
  const { server, gateway, open } = await openEcho(t);
  const sockets = [open(), open()];
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const closed = sockets.map((socket) => once(socket, 'close') as Promise<[number]>);
  await gateway.close();
  for (const [code] of await Promise.all(closed)) assert.equal(code, 1001);
  await eventually(() => server.clients.size === 0);
});

test('a socket that the service lost ends at once, as a broken connection', async (t) => {
  const { server, open } = await openEcho(t);
  const socket = open();
  await once(socket, 'open');
  for (const client of server.clients) client.terminate();
  assert.equal(((await once(socket, 'close')) as [number])[0], 1006);
});

test('a client that leaves without a word is gone for the service', async (t) => {
  const { server, open } = await openEcho(t);
  const socket = open();
  await once(socket, 'open');
  socket.terminate();
  await eventually(() => server.clients.size === 0);
});

test('an upgrade of another path, or one that is not a plain GET, is answered with an error at once', async (t) => {
  const { gateway, server } = await openEcho(t);
  const refused: [string[], string][] = [
    [['GET /api/v1/lists HTTP/1.1'], ''],
    [['GET /nowhere HTTP/1.1'], ''],
    [['GET /ws/more HTTP/1.1'], ''],
    [['POST /ws HTTP/1.1', 'content-length: 2'], '{}'],
    [['GET /ws HTTP/1.1', 'content-length: 2'], '{}'],
    [['GET /ws HTTP/1.1', 'host: a', 'host: b'], ''],
  ];
  for (const [lines, body] of refused) {
    const client = openRaw(t, gateway.url);
    client.send([...lines, ...upgrade], body);
    assert.equal((await client.answer()).status, 400, lines.join());
  }
  assert.equal(server.clients.size, 0);
});

test('another protocol than WebSocket is not upgraded to, and the request is answered as it is', async (t) => {
  const { gateway } = await openEcho(t);
  const client = openRaw(t, gateway.url);
  client.send([
    'GET /health HTTP/1.1',
    'connection: Upgrade, HTTP2-Settings',
    'upgrade: h2c',
    'http2-settings: AAMAAABk',
  ]);
  assert.equal((await client.answer()).status, 200);
});

test('an upgrade is 503 if the service is down, and if it is frozen', async (t) => {
  const down = await openGateway(t);
  const frozen = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(frozen, 'listening');
  t.after(() => frozen.close());
  const { url } = await openGateway(
    t,
    { 'websocket-service': `http://127.0.0.1:${(frozen.address() as AddressInfo).port}` },
    { deadlines: { answerMs: 500 } },
  );
  for (const at of [down.url, url]) {
    const client = openRaw(t, at);
    client.send(['GET /ws HTTP/1.1', ...upgrade]);
    const { status, body } = await client.answer();
    assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [503, 'unavailable']);
    await eventually(client.isClosed);
  }
});
