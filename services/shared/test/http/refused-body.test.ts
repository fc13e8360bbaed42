import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { defineService } from '../../src/define-service.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService } from '../support/service.ts';

const mebibyte = 1024 * 1024;
const length = 16 * mebibyte;

test('of large bodies that are refused, a process reads and drops some, and leaves the others unread', async (t) => {
  const definition = defineService({
    name: 'unread-bodies',
    description: 'refuses bodies',
    context: () => undefined,
    routes: [(app) => void app.post('/things', () => ({}))],
  });
  const { service } = await startTestService(t, definition);
  const ask = async (bytes: number) => {
    const socket = connect({
      port: Number(new URL(service.url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    t.after(() => socket.destroy());
    const client = { socket, answer: '', error: undefined as Error | undefined };
    socket.setEncoding('latin1').on('data', (chunk: string) => (client.answer += chunk));
    socket.on('error', (error) => (client.error = error));
    socket.write(`POST /things HTTP/1.1\r\nhost: rondo.example\r\ncontent-length: ${bytes}\r\n\r\n`);
    await eventually(() => client.answer.includes('"unauthorized"'));
    return client;
  };
  const clients = [await ask(length), await ask(length)];
  const unread = await ask(length);
  unread.socket.end(Buffer.alloc(length, 'x'));
  const small = await ask(mebibyte / 16);
  for (const { answer } of [...clients, small]) assert.match(answer, /\r\nconnection: keep-alive\r\n/i);
  assert.match(unread.answer, /\r\nconnection: close\r\n/i);
  for (const { socket } of clients) {
    socket.write(Buffer.alloc(length, 'x'));
    await eventually(() => socket.writableLength === 0, { what: 'a body to be read' });
  }
  await eventually(() => unread.socket.closed);
  assert.ok(unread.error, 'the connection is reset: the body was not read');
  for (const { socket } of [...clients, small]) socket.destroy();
});
