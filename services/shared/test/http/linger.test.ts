import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { defineService } from '../../src/define-service.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService } from '../support/service.ts';

const mebibyte = 1024 * 1024;

/** Begins to send a body that is too large, and waits for the refusal. */
async function sendTooMuch(t: TestContext, length: number) {
  const definition = defineService({
    name: 'refusing-service',
    description: 'refuses large bodies',
    context: () => undefined,
    routes: [(app) => void app.post('/things', { config: { public: true } }, () => ({}))],
  });
  const { service } = await startTestService(t, definition);
  const port = Number(new URL(service.url).port);
  // It goes on sending after the service has said that it sends no more.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => socket.destroy());
  const client = { socket, answer: '', error: undefined as Error | undefined };
  socket.setEncoding('latin1').on('data', (chunk: string) => (client.answer += chunk));
  socket.on('error', (error) => (client.error = error));
  socket.write(
    `POST /things HTTP/1.1\r\nhost: rondo.example\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n{`,
  );
  await eventually(() => client.answer.includes('"too-large"'));
  return client;
}

test('a client that goes on sending a refused body gets the whole answer, and no reset', async (t) => {
  const length = 8 * mebibyte;
  const client = await sendTooMuch(t, length);
  const { socket } = client;
  const rest = Buffer.alloc(length - 1, 'x');
  await new Promise<void>((resolve) => {
    socket.end(rest, resolve);
    socket.once('close', () => resolve());
  });
  await eventually(() => socket.closed);
  assert.equal(client.error, undefined);
  assert.ok(socket.readableEnded, 'the service ends the connection in order');
  assert.equal(socket.bytesWritten > length, true);
  assert.match(client.answer, /^HTTP\/1\.1 413 [^]*connection: close[^]*\}$/i);
});

test('a client that never stops sending a refused body is cut off', async (t) => {
  const { socket } = await sendTooMuch(t, 1024 * mebibyte);
  const began = performance.now();
  const sending = setInterval(() => socket.write('xxxx'), 20);
  t.after(() => clearInterval(sending));
  await eventually(() => socket.destroyed);
  assert.ok(performance.now() - began > 1_000, 'not at once');
});
