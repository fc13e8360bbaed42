import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import Fastify from 'fastify';
import { acceptInProcess } from '../../src/http/in-process.ts';
import { onceClosed } from '../../src/http/once-closed.ts';
import { eventually } from '../support/eventually.ts';

test('a stop waits for the requests that were handed over', async (t) => {
  const app = Fastify();
  const release = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  app.post('/slow', async ({ body }) => {
    reached.resolve();
    await release.promise;
    return { body };
  });
  await app.ready();
  const { handle, untilIdle } = acceptInProcess(app);
  const other = createServer(handle).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  await untilIdle();

  const { port } = other.address() as AddressInfo;
  const asked = fetch(`http://127.0.0.1:${port}/slow`, { method: 'POST', body: 'text' });
  await reached.promise;
  let isIdle = false;
  const idle = untilIdle().then(() => (isIdle = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isIdle, false);
  release.resolve();
  assert.deepEqual(await (await asked).json(), { body: 'text' });
  await idle;
});

test('an answer may have the listeners of both servers without a warning', async (t) => {
  const warnings: Error[] = [];
  const keep = (warning: Error) => void warnings.push(warning);
  process.on('warning', keep);
  t.after(() => process.off('warning', keep));
  const listen = (response: ServerResponse) => {
    for (let count = 0; count < 8; count += 1) response.once('close', () => undefined);
  };
  const app = Fastify();
  app.get('/', async (_request, reply) => {
    listen(reply.raw);
    return {};
  });
  await app.ready();
  const { handle } = acceptInProcess(app);
  const other = createServer((request, response) => {
    listen(response);
    handle(request, response);
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
  assert.deepEqual(warnings, []);
});

test('a stop does not wait for a request whose client had gone before it was handed over', async (t) => {
  const app = Fastify();
  app.get('/', () => ({}));
  await app.ready();
  const { handle, untilIdle } = acceptInProcess(app);
  const waiting: (() => void)[] = [];
  const other = createServer((request, response) => {
    onceClosed(response, () => waiting.push(() => handle(request, response)));
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const client = connect((other.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n', () => client.destroy());
  await eventually(() => waiting.length === 1);
  waiting[0]?.();
  let isIdle = false;
  void untilIdle().then(() => (isIdle = true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isIdle, true);
});
