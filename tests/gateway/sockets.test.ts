import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import { startGateway, type GatewayOptions } from '@rondo/gateway/gateway';
import { topics } from '@rondo/shared/contracts/topics';
import type { Connections, Hello, ServerMessage, WsTicket } from '@rondo/shared/contracts/sync-message';
import { parseTrustedProxies } from '@rondo/shared/http/client-address';
import { findService } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { taskEvent } from '@rondo/shared/test/task-event';
import { service as websocketService } from '@rondo/websocket-service/service';

const mebibyte = 1024 * 1024;

/** The websocket-service behind a gateway. */
async function start(
  t: TestContext,
  { env = {}, gateway = {} }: { env?: Record<string, string>; gateway?: Partial<GatewayOptions> } = {},
) {
  const running = await startTestService(t, websocketService, {
    env: { TRUSTED_PROXIES: 'loopback', ...env },
  });
  const opened = await startGateway({
    host: '127.0.0.1',
    port: 0,
    jwks: { keys: [] },
    registry: [findService('websocket-service')],
    services: { 'websocket-service': running.service.url },
    ...gateway,
  });
  t.after(() => opened[Symbol.asyncDispose]());
  const url = `${opened.url.replace('http', 'ws')}/ws`;
  return { ...running, url, gatewayUrl: opened.url };
}

async function helloOf(who: TestPerson): Promise<Hello> {
  const { body } = await who.call<WsTicket>('POST', '/api/v1/ws-tickets');
  return { type: 'hello', ticket: body.ticket, since: 0 };
}

/** Opens a socket that says `first` at once, and collects what it gets. `closed` is the close code. */
function open(t: TestContext, url: string, first?: Hello, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers });
  const messages: ServerMessage[] = [];
  t.after(() => socket.terminate());
  socket.on('open', () => first && socket.send(JSON.stringify(first)));
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as ServerMessage));
  const refused = new Promise<number | undefined>((resolve) =>
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
  );
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return { socket, messages, closed, refused };
}

test('a page of another origin is refused through the gateway; the own one is accepted', async (t) => {
  const { url, gatewayUrl, person } = await start(t);
  const ada = await person();
  assert.equal(await open(t, url, await helloOf(ada), { origin: 'https://evil.example' }).refused, 403);
  const own = open(t, url, await helloOf(ada), { origin: gatewayUrl });
  await eventually(() => own.messages.length > 0);
});

test('a slow reader is closed with 4440, and what it does not read stays out of memory', async (t) => {
  const { url, person, deliver } = await start(t);
  const ada = await person();
  const lazy = open(t, url, await helloOf(ada));
  await eventually(() => lazy.messages.length > 0);
  const connections = async () =>
    (await ada.call<Connections>('GET', '/api/v1/connections')).body.active_connections;
  assert.equal(await connections(), 1);
  lazy.socket.pause();
  const description = 'x'.repeat(19_000);
  const before = process.memoryUsage().rss;
  let seq = 0;
  await eventually(async () => {
    const events = Array.from({ length: 50 }, () => {
      const event = taskEvent(ada.id, (seq += 1));
      return { specversion: '1.0', id: v7(), data: { ...event, payload: { ...event.payload, description } } };
    });
    await deliver(topics.taskUpdates, events);
    return (await connections()) === 0;
  });
  assert.ok(seq * description.length < 30 * mebibyte, `${seq} events until it was closed`);
  assert.ok(process.memoryUsage().rss - before < 200 * mebibyte);
  lazy.socket.resume();
  assert.equal(await lazy.closed, 4440);
});

test('20 anonymous frames of 48 MB are refused by their announcement, and take no memory', async (t) => {
  const { url, person } = await start(t);
  const { hostname, port, host } = new URL(url);
  const part = Buffer.alloc(mebibyte);
  const before = process.memoryUsage().rss;
  let highest = before;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = connect(Number(port), hostname);
      t.after(() => socket.destroy());
      let received = Buffer.alloc(0);
      socket
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => {
          received = Buffer.concat([received, chunk]);
        });
      const key = 'AAAAAAAAAAAAAAAAAAAAAA==';
      socket.write(
        `GET /ws HTTP/1.1\r\nhost: ${host}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
      );
      await eventually(() => received.includes('\r\n\r\n'));
      // A binary frame of 48 MiB, masked with zeros.
      socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x03, 0, 0, 0, 0, 0, 0, 0]));
      for (let sent = 0; sent < 48 && !socket.destroyed; sent += 1) {
        if (!socket.write(part))
          await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
        highest = Math.max(highest, process.memoryUsage().rss);
      }
      // A close frame with 1009, message too big.
      await eventually(() => received.includes(Buffer.from([0x03, 0xf1])));
    }),
  );
  assert.ok(highest - before < 200 * mebibyte, `${Math.round((highest - before) / mebibyte)} MiB`);
  const ada = await person();
  const next = open(t, url, await helloOf(ada));
  await eventually(() => next.messages.length > 0);
});

test('the limit of an address is that of the client, not of the gateway', async (t) => {
  const { url, person } = await start(t, {
    env: { MAX_SOCKETS_PER_ADDRESS: '1' },
    gateway: { trustedProxies: parseTrustedProxies('loopback') },
  });
  const ada = await person();
  const from = async (address: string) => open(t, url, await helloOf(ada), { 'x-forwarded-for': address });
  for (const address of ['203.0.113.1', '203.0.113.2']) {
    const socket = await from(address);
    await eventually(() => socket.messages.length > 0);
  }
  assert.equal(await (await from('203.0.113.1')).refused, 429);
});

test('a stop of the service closes sockets with 1001 through the gateway', async (t) => {
  const { url, person, service } = await start(t);
  const socket = open(t, url, await helloOf(await person()));
  await eventually(() => socket.messages.length > 0);
  await service.stop();
  assert.equal(await socket.closed, 1001);
});
