import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangePage, ServerMessage, SyncEvent } from '../src/protocol.ts';
import { SignedOutError } from '../src/signed-out-error.ts';
import { historyId, startScriptedClient as begin, workspaceId } from './support/scripted-client.ts';

const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);
const event = (seq: number): ServerMessage<SyncEvent> => ({ type: 'event', event: { seq } });
const heartbeat = (seq: number | null, history: string | null = historyId): ServerMessage<SyncEvent> => ({
  type: 'heartbeat',
  seq,
  history_id: history,
});
const resync = (history: string | null): ServerMessage<SyncEvent> => ({
  type: 'resync',
  seq: null,
  workspace_id: workspaceId,
  history_id: history,
});
const page = (from: number, to: number, head = to): ChangePage<SyncEvent> => ({
  changes: Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({ seq: from + n })),
  head,
  has_more: to < head,
  history_id: historyId,
});

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

test('it is live when all events before the welcome have arrived, and reports each state once', async () => {
  const { welcome, states, applied, app, client } = begin();
  const appliedWhenLive: number[] = [];
  app.onState = (state) => state === 'live' && appliedWhenLive.push(applied.length);
  const wire = await welcome(2);
  assert.equal(client.state, 'catching_up');
  for (const seq of [1, 2, 3]) wire.send(event(seq));
  wire.send(heartbeat(3));
  wire.disconnect(1006);
  assert.deepEqual(states, ['connecting', 'catching_up', 'live', 'offline']);
  assert.deepEqual(appliedWhenLive, [2]);
  client.close();
});

test('an event after a gap is buffered while the feed is read page by page', async () => {
  const { welcome, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = async (since) => {
    await time.wait(10);
    return page(since + 1, since + 1, 3);
  };
  wire.send(event(4));
  wire.send(event(5));
  assert.deepEqual([applied, client.state], [[], 'catching_up']);
  await time.pass(10);
  assert.deepEqual(applied, [1]);
  wire.send(event(6));
  await time.pass(20);
  assert.deepEqual([applied, client.state, feed.reads], [count(6), 'live', [0, 1, 2]]);
  client.close();
});

test('a failed read of the feed is retried with growing pauses, one read at a time', async () => {
  const { welcome, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = () => Promise.reject(new Error('away'));
  for (let seq = 2; seq < 100; seq += 1) wire.send(event(seq));
  const readsAfter = async (ms: number) => {
    await time.pass(ms);
    return feed.reads.length;
  };
  assert.deepEqual(
    [await readsAfter(0), await readsAfter(250), await readsAfter(499), await readsAfter(1)],
    [1, 2, 2, 3],
  );
  feed.answer = async () => page(1, 0, 1);
  assert.equal(await readsAfter(1_000), 4);
  assert.equal(client.state, 'catching_up', 'a page without the missing event counts as a failure');
  feed.answer = () => new Promise(() => undefined);
  assert.equal(await readsAfter(2_000), 5);
  feed.answer = async () => page(1, 1);
  assert.equal(await readsAfter(34_000), 6, 'an answer that never comes times out');
  assert.deepEqual([applied, client.state], [count(99), 'live']);
  client.close();
});

test('a resync ends with a read of the feed that began after it', async () => {
  const { wire, applied, feed, time, client } = begin();
  feed.answer = async () => {
    const answer = feed.reads.length === 1 ? page(1, 2) : page(3, 3);
    await time.wait(10);
    return answer;
  };
  client.wake();
  const opened = await wire();
  opened.open();
  opened.send(resync(historyId));
  await time.pass(10);
  assert.deepEqual([applied, client.state], [[1, 2], 'catching_up']);
  await time.pass(10);
  assert.deepEqual([applied, client.state], [[1, 2, 3], 'live']);
  client.close();
});

test('a notification is passed on even if events are missing, and does not change the seq', async () => {
  const { welcome, applied, app, time, client } = begin();
  const notifications: unknown[] = [];
  app.onNotification = (change) => void notifications.push(change);
  const wire = await welcome(0);
  wire.send(event(2));
  wire.send({ type: 'notification', notification_id: null, unread: 3 });
  wire.send({ type: 'notification', notification_id: workspaceId, unread: 4 });
  await time.pass(0);
  assert.deepEqual(notifications, [
    { notification_id: null, unread: 3 },
    { notification_id: workspaceId, unread: 4 },
  ]);
  assert.deepEqual([applied, client.seq, client.state], [[], 0, 'catching_up']);
  client.close();
});

test('the feed is read after a minute without events, even with heartbeats, but not after a minute with events', async () => {
  const { welcome, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = async (since) => (since === 3 ? page(4, 4) : page(1, 0, since));
  for (const seq of [1, 2, 3]) {
    await time.pass(40_000);
    wire.send(event(seq));
  }
  assert.deepEqual(feed.reads, []);
  await time.pass(30_000);
  wire.send(heartbeat(3));
  await time.pass(30_000);
  assert.deepEqual([feed.reads, applied], [[3], count(4)]);
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

test('an expired feed is reported once; the app continues from a snapshot', async () => {
  const { welcome, wires, states, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = async () => undefined;
  wire.send(event(9));
  await time.pass(0);
  assert.deepEqual([client.state, wire.isClosed], ['expired', true]);
  wire.send(event(1));
  client.wake();
  await time.pass(100_000);
  assert.deepEqual(
    [applied, wires.length, feed.reads.length],
    [[], 1, 1],
    'it does nothing until the app calls reset',
  );
  client.reset(20);
  const next = await welcome(20);
  assert.equal(next.hello?.since, 20);
  next.send(event(21));
  assert.deepEqual([applied, client.seq, client.state], [[21], 21, 'live']);
  client.reset(30);
  assert.deepEqual(
    states.filter((state) => state === 'expired'),
    ['expired'],
    'a reset does not report expired',
  );
  client.close();
});

test('after close nothing is applied, requested or left scheduled, even if onEvent called close', async () => {
  const { welcome, applied, feed, app, time, client, wires } = begin();
  const wire = await welcome(0);
  feed.answer = async () => {
    await time.wait(10);
    return page(1, 3);
  };
  app.onEvent = (seq) => seq === 2 && client.close();
  wire.send(event(5));
  await time.pass(20);
  assert.deepEqual([applied, client.seq, client.state], [[1, 2], 2, 'closed']);
  wire.send(event(3));
  wire.disconnect(1000);
  client.wake();
  client.reset(7);
  await time.pass(200_000);
  assert.deepEqual([applied, wires.length, feed.reads.length, time.pending], [[1, 2], 1, 1, 0]);
});

test('close during a read of the feed ignores the answer', async () => {
  const { welcome, applied, feed, time, client } = begin();
  await welcome(0);
  feed.answer = async () => {
    await time.wait(10);
    return page(1, 3);
  };
  client.wake();
  client.close();
  await time.pass(100);
  assert.deepEqual([applied, client.state], [[], 'closed']);
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

test('an error thrown by the app becomes uncaught, and neither repeats the event nor closes the connection', async (t) => {
  const { welcome, applied, feed, app, time, client, wires } = begin();
  const wire = await welcome(0);
  const thrown: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error));
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  app.onEvent = (seq) => {
    if (seq === 1) throw new Error('of the app');
  };
  feed.answer = async () => page(1, 2);
  wire.send(event(3));
  await time.pass(0);
  assert.deepEqual(
    [applied, feed.reads, wires.length, thrown.map(String)],
    [[1, 2, 3], [0], 1, ['Error: of the app']],
  );
  client.close();
});

const otherHistory = '0196c000-0000-7000-8000-00000000000b';

test('a server with another history sends the client to a snapshot, and its events are not applied', async () => {
  const { welcome, applied, feed, states, time, client, wires } = begin({
    since: 9,
    knownHistory: historyId,
  });
  feed.answer = async () => undefined;
  const wire = await welcome(9, otherHistory);
  wire.send(event(10));
  assert.deepEqual([applied, client.state], [[], 'catching_up']);
  await time.pass(0);
  assert.deepEqual([feed.reads, feed.histories, client.state], [[9], [historyId], 'expired']);
  client.reset(7, otherHistory);
  (await welcome(7, otherHistory)).send(event(8));
  assert.deepEqual([applied, client.seq, client.historyId, client.state], [[8], 8, otherHistory, 'live']);
  assert.equal(wires.length, 2);
  assert.equal(states.filter((state) => state === 'expired').length, 1);
  client.close();
});

test('a new history is noticed by a resync, a heartbeat, and a page of the feed', async () => {
  for (const message of [resync(otherHistory), heartbeat(9, otherHistory)]) {
    const { welcome, feed, time, client } = begin({ since: 9, knownHistory: historyId });
    const wire = await welcome(9);
    assert.equal(client.state, 'live');
    feed.answer = async () => undefined;
    wire.send(message);
    await time.pass(0);
    assert.equal(client.state, 'expired', message.type);
  }
  const { welcome, applied, feed, time, client } = begin({ since: 9, knownHistory: historyId });
  await welcome(9);
  feed.answer = async () => ({ ...page(10, 10), history_id: otherHistory });
  client.wake();
  await time.pass(0);
  assert.deepEqual([applied, client.state], [[], 'expired']);
});

test('the feed has the last word: a socket of an older history changes nothing', async () => {
  const { welcome, applied, feed, time, client } = begin({ since: 2, knownHistory: historyId });
  feed.answer = async (since) => page(since + 1, 3);
  const wire = await welcome(9, otherHistory);
  wire.send(event(3));
  await time.pass(0);
  wire.send(event(4));
  await time.pass(0);
  assert.deepEqual([applied, client.state], [[3], 'catching_up']);
  wire.send(heartbeat(3));
  wire.send(event(4));
  assert.deepEqual([applied, client.state, client.historyId], [[3, 4], 'live', historyId]);
  client.close();
});

test('a client without a history takes the first that it hears of', async () => {
  const { welcome, feed, time, client } = begin();
  assert.equal(client.historyId, null);
  const wire = await welcome(0);
  assert.equal(client.historyId, historyId);
  feed.answer = async () => undefined;
  wire.send(heartbeat(0, otherHistory));
  await time.pass(0);
  assert.equal(client.state, 'expired');
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
