/** Events to many sockets, and what a socket gets at its beginning, never block the event loop of a host for longer than 50 ms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { ServerMessage, WsTicket } from '@rondo/shared/contracts/sync-message';
import { eventually } from '@rondo/shared/test/eventually';
import {
  assertStatus,
  assertUnblocked,
  openWatchedHost,
  type WatchedHost,
} from '../../support/watched-host.ts';

const socketsOfPerson = 20;

/** Opens a socket that has read everything up to a seq. @returns the newest seq that it got */
async function openSocket({ ada, url }: WatchedHost, since: number) {
  const { ticket } = (await assertStatus(ada.call('POST', '/api/v1/ws-tickets'), 200, 201)) as WsTicket;
  const socket = new WebSocket(`${url().replace('http', 'ws')}/ws`, { perMessageDeflate: false });
  let seq = since;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ServerMessage;
    if (message.type === 'event') seq = message.event.seq;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'hello', ticket, since })));
    socket.once('message', () => resolve());
  });
  return { socket, seq: () => seq };
}

test('the event loop is not blocked by events of 500 tasks to 20 sockets, and to those that open after them', async (t) => {
  const host = await openWatchedHost(t);
  const operations = Array.from({ length: 500 }, (_, n) => ({
    op: 'create',
    title: `task ${n}`,
    description: 'x'.repeat(1_000),
  }));
  let head = 0;
  await assertUnblocked(t, host, async () => {
    const open = () => Promise.all(Array.from({ length: socketsOfPerson / 2 }, () => openSocket(host, head)));
    const early = await open();
    await assertStatus(host.ada.call('POST', '/api/v1/tasks/bulk', { operations }), 200);
    const end = head + operations.length;
    const haveAll = (sockets: typeof early) => () => sockets.every(({ seq }) => seq() === end);
    await eventually(haveAll(early), { timeout_ms: 30_000, what: 'all events on each socket' });
    const late = await open();
    await eventually(haveAll(late), { timeout_ms: 30_000, what: 'the events that a late socket missed' });
    assert.equal([...early, ...late].length, socketsOfPerson);
    for (const { socket } of [...early, ...late]) socket.terminate();
    head = end;
  });
});
