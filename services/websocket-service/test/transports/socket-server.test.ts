import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import type { NotificationNudge } from '@rondo/shared/contracts/notification';
import type { Hello, WsTicket } from '@rondo/shared/contracts/sync-message';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as websocketService } from '../../src/service.ts';
import { taskEvent } from '@rondo/shared/test/task-event';
import { deliver, firstOf, hello, open, seqsOf, socketUrl, start } from '../support/socket.ts';

test('a socket gets a welcome with the gap, or a resync, and then live events of only its workspace', async (t) => {
  const running = await start(t);
  const [ada, eve] = [await running.person(), await running.person()];
  const early = open(t, socketUrl(running), await hello(ada));
  assert.deepEqual(
    await firstOf(early),
    { type: 'resync', seq: null, workspace_id: ada.id, history_id: null },
    'a replica that has seen nothing is not certain',
  );
  for (const seq of [1, 2, 3]) assert.equal(await deliver(running, taskEvent(ada.id, seq)), 'SUCCESS');
  await deliver(running, taskEvent(eve.id, 1));
  for (const since of [0, 1, 2, 3]) {
    const late = open(t, socketUrl(running), await hello(ada, since));
    assert.deepEqual(await firstOf(late), {
      type: 'welcome',
      seq: 3,
      workspace_id: ada.id,
      history_id: null,
    });
    await eventually(() => seqsOf(late).length === 3 - since);
    late.socket.close();
  }
  await deliver(running, taskEvent(ada.id, 3));
  await deliver(running, taskEvent(ada.id, 4));
  await eventually(() => seqsOf(early).includes(4));
  assert.deepEqual(seqsOf(early), [1, 2, 3, 4], 'once each, although one came twice');
  assert.ok(
    early.messages.every((message) => message.type !== 'event' || message.event.workspace_id === ada.id),
  );
});

test('a nudge reaches only open sockets of its workspace, and none that open later', async (t) => {
  const running = await start(t);
  const [ada, eve] = [await running.person(), await running.person()];
  await deliver(running, taskEvent(ada.id, 1));
  const [hers, theirs] = [
    open(t, socketUrl(running), await hello(ada)),
    open(t, socketUrl(running), await hello(eve)),
  ];
  await Promise.all([firstOf(hers), firstOf(theirs)]);
  const nudge: NotificationNudge = {
    event_id: v7(),
    event_type: 'notification-changed',
    schema_version: '1.0',
    timestamp: '2026-03-01T10:00:00.000Z',
    workspace_id: ada.id,
    notification_id: null,
    unread: 7,
  };
  const deliverNudge = (data: unknown) => deliver(running, data, topics.notificationUpdates);
  assert.equal(await deliverNudge(nudge), 'SUCCESS');
  assert.equal(await deliverNudge({ ...nudge, unread: -1 }), 'DROP', 'what is no nudge is none');
  assert.equal(await deliver(running, taskEvent(ada.id, 2)), 'SUCCESS');
  await eventually(() => seqsOf(hers).includes(2));
  const told = { type: 'notification', notification_id: null, unread: 7 };
  assert.deepEqual(
    hers.messages.filter(({ type }) => type === 'notification'),
    [told],
  );
  assert.equal(theirs.messages.length, 1, 'another person hears nothing but the welcome');
  const late = open(t, socketUrl(running), await hello(ada));
  await eventually(() => seqsOf(late).includes(2));
  assert.deepEqual(seqsOf(late), [1, 2]);
  assert.ok(late.messages.every(({ type }) => type !== 'notification'));
});

test('a ticket opens one socket, once', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  const greeting = await hello(ada);
  const twins = [open(t, socketUrl(running), greeting), open(t, socketUrl(running), greeting)];
  const lost = await Promise.race(twins.map(({ closed }) => closed));
  assert.equal(lost, 4401);
  await eventually(() => twins.some(({ messages }) => messages.length > 0));
  assert.equal(await open(t, socketUrl(running), greeting).closed, 4401, 'used');
  assert.equal(
    await open(t, socketUrl(running), { type: 'hello', ticket: 'made-up', since: 0 }).closed,
    4401,
  );
  assert.equal((await fetch(`${running.service.url}/api/v1/ws-tickets`, { method: 'POST' })).status, 401);
});

test('a ticket expires after 30 s', async (t) => {
  let now = Date.parse('2026-03-01T10:00:00Z');
  const running = await startTestService(t, websocketService, { clock: { now: () => new Date(now) } });
  const ada = await running.person();
  // The tokens' time is the real one; only what the service reads of its clock moves.
  const token = await running.issuer.tokenFor({ sub: ada.id, expires: Math.floor(now / 1000) + 3600 });
  const response = await fetch(`${running.service.url}/api/v1/ws-tickets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const { ticket } = (await response.json()) as WsTicket;
  now += 31_000;
  assert.equal(await open(t, socketUrl(running), { type: 'hello', ticket, since: 0 }).closed, 4401);
});

test('anything but one hello closes the socket with a code of its own', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  for (const first of [
    '{',
    '[]',
    '{"type":"hello"}',
    { ...(await hello(ada)), since: -1 },
    { ...(await hello(ada)), more: 1 },
  ]) {
    assert.equal(await open(t, socketUrl(running), first).closed, 4400, JSON.stringify(first));
  }
  const talkative = open(t, socketUrl(running), await hello(ada));
  await firstOf(talkative);
  talkative.socket.send('{}');
  assert.equal(await talkative.closed, 4400);
  const greeting = JSON.stringify(await hello(ada));
  const hasty = open(t, socketUrl(running), undefined);
  hasty.socket.once('open', () => [greeting, greeting].forEach((text) => hasty.socket.send(text)));
  assert.equal(await hasty.closed, 4400, 'a second hello before the first is answered');
  const large = open(t, socketUrl(running), { ...(await hello(ada)), padding: 'x'.repeat(1024) });
  assert.equal(await large.closed, 1009, 'a message above 1 KiB is not even read');
});

test('a page of another origin is refused; the own one and an allowed one are accepted', async (t) => {
  const running = await start(t, { ALLOWED_ORIGINS: 'https://app.example' });
  const ada = await running.person();
  const own = running.service.url;
  for (const [origin, isIn] of [
    ['https://evil.example', false],
    ['null', false],
    ['https://app.example', true],
    [own, true],
  ] as const) {
    const opened = open(t, socketUrl(running), await hello(ada), { origin });
    if (isIn) await firstOf(opened);
    else assert.equal(await opened.closed, 1006, origin);
  }
});

test('sockets per person and per address are limited; the reported count goes down again', async (t) => {
  const running = await start(t, { MAX_SOCKETS_PER_PERSON: '2', MAX_SOCKETS_PER_ADDRESS: '3' });
  const [ada, eve] = [await running.person(), await running.person()];
  const connections = async () =>
    (await ada.call<{ active_connections: number }>('GET', '/api/v1/connections')).body.active_connections;
  const sockets = [
    open(t, socketUrl(running), await hello(ada)),
    open(t, socketUrl(running), await hello(ada)),
  ];
  for (const opened of sockets) await firstOf(opened);
  assert.equal(await connections(), 2);
  assert.equal(await open(t, socketUrl(running), await hello(ada)).closed, 4429);
  const third = open(t, socketUrl(running), await hello(eve));
  await firstOf(third);
  assert.equal(await open(t, socketUrl(running), await hello(eve)).closed, 1006, 'the address is full');
  for (const { socket } of sockets) socket.close();
  await eventually(async () => (await connections()) === 0);
});

test('a socket without a hello is closed after a timeout', async (t) => {
  const running = await start(t, { HELLO_TIMEOUT_SECONDS: '0.05' });
  assert.equal(await open(t, socketUrl(running), undefined).closed, 4408);
});

test('heartbeats contain the head; a peer that answers no ping is terminated', async (t) => {
  const running = await start(t, { HEARTBEAT_SECONDS: '0.05' });
  const ada = await running.person();
  const live = open(t, socketUrl(running), await hello(ada));
  await deliver(running, taskEvent(ada.id, 7));
  await eventually(() => live.messages.some((message) => message.type === 'heartbeat' && message.seq === 7));
  const silent = open(t, socketUrl(running), await hello(ada), { autoPong: false });
  assert.equal(await silent.closed, 1006);
  assert.equal(live.socket.readyState, WebSocket.OPEN);
});

test('an invalid event is dropped; a stop closes every socket as going away', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  assert.equal(await deliver(running, { ...taskEvent(ada.id, 1), schema_version: '2.0' }), 'DROP');
  assert.equal(await deliver(running, null), 'DROP');
  const opened = open(t, socketUrl(running), await hello(ada));
  await firstOf(opened);
  await running.service.stop();
  assert.equal(await opened.closed, 1001);
});

test('without the state store it is not ready, and new clients are asked to retry', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  const greeting = await hello(ada);
  const ready = async () => (await fetch(`${running.service.url}/health/ready`)).status;
  assert.equal(await ready(), 200);
  await running.sidecar.close();
  assert.equal(await ready(), 503);
  assert.equal((await ada.call('POST', '/api/v1/ws-tickets')).status, 503);
  assert.equal((await ada.call('GET', '/api/v1/connections')).status, 503);
  assert.equal(await open(t, socketUrl(running), greeting).closed, 1001);
});

test('a socket is closed when the token of its ticket expires, also after the clock has jumped', async (t) => {
  let now = Date.now();
  const running = await startTestService(t, websocketService, { clock: { now: () => new Date(now) } });
  const greetingWith = async (sub: string, lifetimeSeconds: number): Promise<Hello> => {
    const token = await running.issuer.tokenFor({ sub, expires: Math.floor(now / 1000) + lifetimeSeconds });
    const response = await fetch(`${running.service.url}/api/v1/ws-tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    return { type: 'hello', ticket: ((await response.json()) as WsTicket).ticket, since: 0 };
  };
  const ada = v7();
  const short = open(t, socketUrl(running), await greetingWith(ada, 600));
  const long = open(t, socketUrl(running), await greetingWith(ada, 7_200));
  for (const opened of [short, long]) await firstOf(opened);
  now += 599_000;
  await deliver(running, taskEvent(ada, 1));
  await eventually(() => seqsOf(short).includes(1));
  now += 2_000;
  assert.equal(await short.closed, 4401);
  await deliver(running, taskEvent(ada, 2));
  await eventually(() => seqsOf(long).includes(2));
  assert.deepEqual(seqsOf(short), [1]);
});

test('a ticket from before the clock was set back is refused', async (t) => {
  let now = Date.now();
  const running = await startTestService(t, websocketService, { clock: { now: () => new Date(now) } });
  const greeting = await hello(await running.person());
  now -= 3_600_000;
  assert.equal(await open(t, socketUrl(running), greeting).closed, 4401);
});

test('a ping is answered with a heartbeat at once, and a second one within the same second is not', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  await deliver(running, taskEvent(ada.id, 3));
  const opened = open(t, socketUrl(running), await hello(ada, 3));
  await firstOf(opened);
  for (let n = 0; n < 20; n += 1) opened.socket.send('{"type":"ping"}');
  const beats = () => opened.messages.filter(({ type }) => type === 'heartbeat');
  await eventually(() => beats().length > 0);
  await deliver(running, taskEvent(ada.id, 4));
  await eventually(() => seqsOf(opened).includes(4));
  assert.deepEqual(beats(), [{ type: 'heartbeat', seq: 3, history_id: null }]);
});

test('the first event of a new history sends every client to the feed; events of an older one are ignored', async (t) => {
  const running = await start(t);
  const [ada, eve] = [await running.person(), await running.person()];
  const [before, after] = [
    '0196c000-0000-7000-8000-00000000000a',
    '0196c000-0000-7000-8000-00000000000b',
  ] as const;
  const deliverOf = (historyid: string, event: TaskEvent) =>
    running.deliver(topics.taskUpdates, [{ specversion: '1.0', id: v7(), historyid, data: event }]);
  for (const seq of [1, 2, 3]) await deliverOf(before, taskEvent(ada.id, seq));
  const [hers, theirs] = [
    open(t, socketUrl(running), await hello(ada, 3)),
    open(t, socketUrl(running), await hello(eve)),
  ];
  assert.deepEqual(await firstOf(hers), {
    type: 'welcome',
    seq: 3,
    workspace_id: ada.id,
    history_id: before,
  });
  await firstOf(theirs);
  await deliverOf(after, taskEvent(ada.id, 2, { event_type: 'task-completed' }));
  await deliverOf(before, taskEvent(ada.id, 4));
  await deliverOf(after, taskEvent(ada.id, 3));
  await eventually(() => seqsOf(hers).length === 2);
  await eventually(() => theirs.messages.length === 2);
  assert.deepEqual(hers.messages[1], { type: 'resync', seq: null, workspace_id: ada.id, history_id: after });
  assert.deepEqual(theirs.messages[1], {
    type: 'resync',
    seq: null,
    workspace_id: eve.id,
    history_id: after,
  });
  assert.deepEqual(seqsOf(hers), [2, 3]);
  const late = open(t, socketUrl(running), await hello(ada, 3));
  assert.deepEqual(await firstOf(late), {
    type: 'welcome',
    seq: 3,
    workspace_id: ada.id,
    history_id: after,
  });
});
