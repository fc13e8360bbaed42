import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, heartbeat, page, resync } from './support/messages.ts';
import { historyId, startScriptedClient as begin } from './support/scripted-client.ts';

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
