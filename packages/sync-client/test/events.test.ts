import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, event, heartbeat, page, resync } from './support/messages.ts';
import { historyId, startScriptedClient as begin } from './support/scripted-client.ts';

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
