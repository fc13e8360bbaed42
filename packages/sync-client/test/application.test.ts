import assert from 'node:assert/strict';
import { test } from 'node:test';
import { event, page } from './support/messages.ts';
import { workspaceId, startScriptedClient as begin } from './support/scripted-client.ts';

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
