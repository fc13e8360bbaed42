import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignedOutError } from '../src/signed-out-error.ts';
import { event, heartbeat, page } from './support/messages.ts';
import { startScriptedClient as begin } from './support/scripted-client.ts';

test('each connection begins with a hello: a new ticket and the last applied seq', async () => {
  const { wire, welcome, wires, time, client } = begin({ since: 4 });
  const first = await wire();
  first.open();
  assert.deepEqual(first.hello, { type: 'hello', ticket: 'ticket 1', since: 4 });
  (await welcome(4)).send(event(5));
  first.disconnect(1006);
  await time.pass(250);
  const second = await wire();
  assert.notEqual(second, first);
  second.open();
  assert.deepEqual(second.hello, { type: 'hello', ticket: 'ticket 2', since: 5 });
  assert.equal(wires.length, 2);
  client.close();
});

test('a connection is dropped after three silent heartbeats, and if no ticket or no first message arrives within 15 s', async () => {
  const { welcome, wire, wires, app, time, states, client } = begin({ random: 0 });
  const silent = await welcome(0);
  await time.pass(74_000);
  silent.send(heartbeat(0));
  await time.pass(74_999);
  assert.deepEqual([wires.length, client.state], [1, 'live']);
  await time.pass(1);
  assert.deepEqual([silent.isClosed, states.slice(-2)], [true, ['offline', 'connecting']]);
  const withoutGreeting = await wire();
  withoutGreeting.open();
  app.ticket = () => new Promise(() => undefined);
  await time.pass(15_000);
  assert.equal(withoutGreeting.isClosed, true);
  app.ticket = async () => 'at last';
  await time.pass(15_000);
  await welcome(0);
  assert.deepEqual([wires.length, client.state], [3, 'live']);
  client.close();
});

test('pauses between attempts double up to 10 s, and start over after a connection of 10 s', async () => {
  const { wires, welcome, time, client } = begin();
  const pauseOf = async () => {
    const before = wires.length;
    wires.at(-1)?.disconnect(1006);
    let ms = 0;
    for (; wires.length === before; ms += 250) await time.pass(250);
    return ms;
  };
  await time.pass(0);
  const pauses = [];
  for (let n = 0; n < 8; n += 1) pauses.push(await pauseOf());
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  await welcome(null);
  await time.pass(9_000);
  assert.equal(await pauseOf(), 10_000, 'a welcome is not enough');
  await welcome(null);
  await time.pass(10_000);
  assert.equal(await pauseOf(), 250);
  client.close();
});

test('wake connects at once and reads the feed', async () => {
  const { wires, welcome, time, feed, client } = begin();
  (await welcome(0)).disconnect(1006);
  assert.equal(client.state, 'offline');
  client.wake();
  await time.pass(0);
  assert.deepEqual([wires.length, feed.reads.length], [2, 1]);
  client.close();
});

test('wake keeps a socket that answers its ping, and replaces one that does not within 3 s', async () => {
  const { welcome, wires, states, time, client } = begin();
  const wire = await welcome(0);
  client.wake();
  client.wake();
  assert.equal(wire.pings, 1);
  await time.pass(2_999);
  wire.send(heartbeat(0));
  await time.pass(10_000);
  assert.deepEqual([wires.length, wire.isClosed, client.state], [1, false, 'live']);
  client.wake();
  await time.pass(2_000);
  client.wake();
  await time.pass(1_000);
  assert.deepEqual([wires.length, wire.isClosed, wire.pings], [2, true, 2]);
  await welcome(0);
  assert.deepEqual(states.slice(-2), ['connecting', 'live']);
  client.close();
});

test('wake does not wait longer than 3 s for a connection or a page that began before', async () => {
  const { welcome, wires, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = () => new Promise(() => undefined);
  wire.send(event(2));
  wire.disconnect(1006);
  await time.pass(250);
  assert.deepEqual([wires.length, feed.reads.length], [2, 1]);
  client.wake();
  feed.answer = async () => page(1, 2);
  await time.pass(2_999);
  assert.deepEqual([wires.length, feed.reads.length], [2, 1]);
  await time.pass(1);
  assert.deepEqual([wires.length, applied], [3, [1, 2]]);
  client.close();
});

test('close code 4400 ends the client; an invalid message or any other code makes it reconnect', async () => {
  const { welcome, wire, time, states, client, wires } = begin({ random: 0 });
  (await welcome(0)).send('{');
  await time.pass(0);
  assert.deepEqual([states.slice(-2), wires.length], [['offline', 'connecting'], 2]);
  for (const code of [4401, 4429, 4440, 1001]) (await wire()).disconnect(code);
  await time.pass(0);
  assert.equal(client.state, 'connecting');
  (await wire()).disconnect(4400);
  assert.equal(client.state, 'closed');
  assert.equal(time.pending, 0);
});

test('a refused token stops the client until the app has another one', async () => {
  const refuse = () => Promise.reject(new SignedOutError());
  const byTicket = begin({ since: 4 });
  byTicket.app.ticket = refuse;
  (await byTicket.wire()).disconnect(1006);
  await byTicket.time.pass(250);
  assert.deepEqual([byTicket.client.state, byTicket.time.pending], ['signed-out', 0]);

  const { welcome, wires, app, feed, states, applied, time, client } = begin({ since: 4 });
  const wire = await welcome(4);
  feed.answer = refuse;
  wire.send(event(6));
  await time.pass(0);
  assert.deepEqual([client.state, wire.isClosed, time.pending], ['signed-out', true, 0]);
  client.wake();
  await time.pass(100_000);
  assert.deepEqual([wires.length, feed.reads.length], [1, 1]);
  client.reset(client.seq, client.historyId);
  (await welcome(4)).disconnect(4401);
  app.ticket = refuse;
  await time.pass(10_000);
  assert.equal(client.state, 'signed-out');
  assert.deepEqual(states, [
    'connecting',
    'live',
    'catching_up',
    'signed-out',
    'connecting',
    'live',
    'offline',
    'connecting',
    'signed-out',
  ]);
  assert.deepEqual(applied, []);
});
