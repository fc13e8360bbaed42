import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerMessage } from '@rondo/shared/contracts/sync-message';
import type { ChangePage, TaskEvent } from '@rondo/shared/contracts/task-event';
import { startScriptedClient as begin, workspaceId } from './support/scripted-client.ts';

const eventOf = (seq: number) => ({ seq }) as TaskEvent;
const count = (to: number) => Array.from({ length: to }, (_, n) => n + 1);
const event = (seq: number): ServerMessage => ({ type: 'event', event: eventOf(seq) });
const page = (from: number, to: number, head = to): ChangePage => ({
  changes: Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => eventOf(from + n)),
  head,
  has_more: to < head,
});

test('it says hello with a ticket of its own and the last seq, again after every loss', async () => {
  const { wire, welcome, wires, time, client } = begin({ since: 4 });
  const first = await wire();
  first.open();
  assert.deepEqual(first.hello, { type: 'hello', ticket: 'ticket 1', since: 4 });
  (await welcome(4)).say(event(5));
  first.cut(1006);
  await time.pass(250);
  const second = await wire();
  assert.notEqual(second, first);
  second.open();
  assert.deepEqual(second.hello, { type: 'hello', ticket: 'ticket 2', since: 5 });
  assert.equal(wires.length, 2);
  client.close();
});

test('it is live when what the welcome promised has arrived, and tells each state once', async () => {
  const { welcome, states, applied, app, client } = begin();
  const appliedWhenLive: number[] = [];
  app.onState = (state) => state === 'live' && appliedWhenLive.push(applied.length);
  const wire = await welcome(2);
  assert.equal(client.state, 'catching_up');
  for (const seq of [1, 2, 3]) wire.say(event(seq));
  wire.say({ type: 'heartbeat', seq: 3 });
  wire.cut(1006);
  assert.deepEqual(states, ['connecting', 'catching_up', 'live', 'offline']);
  assert.deepEqual(appliedWhenLive, [2]);
  client.close();
});

test('an event beyond a gap is held back while the feed is read, page by page', async () => {
  const { welcome, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = async (since) => {
    await time.wait(10);
    return page(since + 1, since + 1, 3);
  };
  wire.say(event(4));
  wire.say(event(5));
  assert.deepEqual([applied, client.state], [[], 'catching_up']);
  await time.pass(10);
  assert.deepEqual(applied, [1]);
  wire.say(event(6));
  await time.pass(20);
  assert.deepEqual([applied, client.state, feed.reads], [count(6), 'live', [0, 1, 2]]);
  client.close();
});

test('what the feed does not give is asked for again, with pauses that grow, and without a storm', async () => {
  const { welcome, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = () => Promise.reject(new Error('away'));
  for (let seq = 2; seq < 100; seq += 1) wire.say(event(seq));
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
  assert.equal(client.state, 'catching_up', 'an answer that helps nothing is no answer');
  feed.answer = () => new Promise(() => undefined);
  assert.equal(await readsAfter(2_000), 5);
  feed.answer = async () => page(1, 1);
  assert.equal(await readsAfter(34_000), 6, 'and none at all is waited for only so long');
  assert.deepEqual([applied, client.state], [count(99), 'live']);
  client.close();
});

test('a resync is over when the feed was read by a reading that began after it', async () => {
  const { wire, applied, feed, time, client } = begin();
  feed.answer = async () => {
    const answer = feed.reads.length === 1 ? page(1, 2) : page(3, 3);
    await time.wait(10);
    return answer;
  };
  client.wake();
  const opened = await wire();
  opened.open();
  opened.say({ type: 'resync', seq: null, workspace_id: workspaceId });
  await time.pass(10);
  assert.deepEqual([applied, client.state], [[1, 2], 'catching_up']);
  await time.pass(10);
  assert.deepEqual([applied, client.state], [[1, 2, 3], 'live']);
  client.close();
});

test('a nudge is passed on, whatever is missing, and moves no seq', async () => {
  const { welcome, applied, app, time, client } = begin();
  const told: unknown[] = [];
  app.onNotification = (nudge) => void told.push(nudge);
  const wire = await welcome(0);
  wire.say(event(2));
  wire.say({ type: 'notification', notification_id: null, unread: 3 });
  wire.say({ type: 'notification', notification_id: workspaceId, unread: 4 });
  await time.pass(0);
  assert.deepEqual(told, [
    { notification_id: null, unread: 3 },
    { notification_id: workspaceId, unread: 4 },
  ]);
  assert.deepEqual([applied, client.seq, client.state], [[], 0, 'catching_up']);
  client.close();
});

test('an idle minute reads the feed, heartbeats or not; a minute with events does not', async () => {
  const { welcome, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = async (since) => (since === 3 ? page(4, 4) : page(1, 0, since));
  for (const seq of [1, 2, 3]) {
    await time.pass(40_000);
    wire.say(event(seq));
  }
  assert.deepEqual(feed.reads, []);
  await time.pass(30_000);
  wire.say({ type: 'heartbeat', seq: 3 });
  await time.pass(30_000);
  assert.deepEqual([feed.reads, applied], [[3], count(4)]);
  client.close();
});

test('a connection that is silent for three heartbeats, never opens or never greets is given up', async () => {
  const { welcome, wire, wires, app, time, states, client } = begin({ random: 0 });
  const silent = await welcome(0);
  await time.pass(74_000);
  silent.say({ type: 'heartbeat', seq: 0 });
  await time.pass(74_999);
  assert.deepEqual([wires.length, client.state], [1, 'live']);
  await time.pass(1);
  assert.deepEqual([silent.isClosed, states.slice(-2)], [true, ['offline', 'connecting']]);
  const mute = await wire();
  mute.open();
  app.ticket = () => new Promise(() => undefined);
  await time.pass(15_000);
  assert.equal(mute.isClosed, true);
  app.ticket = async () => 'at last';
  await time.pass(15_000);
  await welcome(0);
  assert.deepEqual([wires.length, client.state], [3, 'live']);
  client.close();
});

test('pauses between attempts double up to 10 s, and begin small again after 10 s that it stood', async () => {
  const { wires, welcome, time, client } = begin();
  const pauseOf = async () => {
    const before = wires.length;
    wires.at(-1)?.cut(1006);
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
  assert.equal(await pauseOf(), 10_000, 'a welcome alone proves nothing');
  await welcome(null);
  await time.pass(10_000);
  assert.equal(await pauseOf(), 250);
  client.close();
});

test('a wake connects at once and reads the feed', async () => {
  const { wires, welcome, time, feed, client } = begin();
  (await welcome(0)).cut(1006);
  assert.equal(client.state, 'offline');
  client.wake();
  await time.pass(0);
  assert.deepEqual([wires.length, feed.reads.length], [2, 1]);
  client.close();
});

test('a feed that no longer reaches back is told once; the app starts again from its snapshot', async () => {
  const { welcome, wires, states, applied, feed, time, client } = begin();
  const wire = await welcome(0);
  feed.answer = async () => undefined;
  wire.say(event(9));
  await time.pass(0);
  assert.deepEqual([client.state, wire.isClosed], ['expired', true]);
  wire.say(event(1));
  client.wake();
  await time.pass(100_000);
  assert.deepEqual([applied, wires.length, feed.reads.length], [[], 1, 1], 'it waits for the app');
  client.reset(20);
  const next = await welcome(20);
  assert.equal(next.hello?.since, 20);
  next.say(event(21));
  assert.deepEqual([applied, client.seq, client.state], [[21], 21, 'live']);
  client.reset(30);
  assert.deepEqual(
    states.filter((state) => state === 'expired'),
    ['expired'],
    'a reset by the app itself does not ask for a snapshot',
  );
  client.close();
});

test('after a close nothing is applied, asked or left behind, not even when it comes from within an event', async () => {
  const { welcome, applied, feed, app, time, client, wires } = begin();
  const wire = await welcome(0);
  feed.answer = async () => {
    await time.wait(10);
    return page(1, 3);
  };
  app.onEvent = (seq) => seq === 2 && client.close();
  wire.say(event(5));
  await time.pass(20);
  assert.deepEqual([applied, client.seq, client.state], [[1, 2], 2, 'closed']);
  wire.say(event(3));
  wire.cut(1000);
  client.wake();
  client.reset(7);
  await time.pass(200_000);
  assert.deepEqual([applied, wires.length, feed.reads.length, time.pending], [[1, 2], 1, 1, 0]);
});

test('a close while the feed is being read leaves its answer unheard', async () => {
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

test('a server that does not understand it ends it; anything else that makes no sense is a lost connection', async () => {
  const { welcome, wire, time, states, client, wires } = begin({ random: 0 });
  (await welcome(0)).say('{');
  await time.pass(0);
  assert.deepEqual([states.slice(-2), wires.length], [['offline', 'connecting'], 2]);
  for (const code of [4401, 4429, 4440, 1001]) (await wire()).cut(code);
  await time.pass(0);
  assert.equal(client.state, 'connecting');
  (await wire()).cut(4400);
  assert.equal(client.state, 'closed');
  assert.equal(time.pending, 0);
});

test('an error of the app is thrown as its own, and neither read again nor held against the connection', async (t) => {
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
  wire.say(event(3));
  await time.pass(0);
  assert.deepEqual(
    [applied, feed.reads, wires.length, thrown.map(String)],
    [[1, 2, 3], [0], 1, ['Error: of the app']],
  );
  client.close();
});
