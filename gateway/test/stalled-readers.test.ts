import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { listen, openGateway } from './support/gateway.ts';

const chunk = Buffer.alloc(64 * 1024);

test('if too many clients read nothing, those that have waited longest are cut off, and others go on', async (t) => {
  let begun = 0;
  const { url: service } = await listen(t, (_request, response) => {
    begun += 1;
    const fill = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('error', () => undefined).on('drain', fill);
    fill();
  });
  const { url } = await openGateway(t, { 'todo-service': service }, { maxStalledReaders: 2 });
  const closed = new Set<number>();
  const ask = (nth: number): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => undefined).once('close', () => closed.add(nth));
    socket.write('GET /api/v1/export HTTP/1.1\r\nhost: rondo.example\r\n\r\n');
    return socket;
  };
  const clients: Socket[] = [];
  for (const nth of [0, 1, 2]) {
    clients.push(ask(nth).pause());
    await eventually(() => begun === nth + 1);
  }
  let read = 0;
  const reader = ask(3).on('data', ({ length }: Buffer) => (read += length));
  // What the machine has for a cut connection can be read to its end.
  await eventually(() => read > 64 * 1024 * 1024, { timeout_ms: 30_000 });
  clients[0]?.resume();
  await eventually(() => closed.has(0), { timeout_ms: 30_000, what: 'the first one to be cut off' });
  assert.deepEqual([...closed], [0]);
  assert.equal(reader.destroyed, false);
  for (const client of [...clients, reader]) client.destroy();
});
