import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { test, type TestContext } from 'node:test';
import { v7 } from 'uuid';
import { WebSocket } from 'ws';
import type { ServerMessage, WsTicket } from '@rondo/shared/contracts/sync-message';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson, type TestService } from '@rondo/shared/test/service';
import { websocketService } from '../src/service.ts';

const start = (t: TestContext, env: Record<string, string> = {}) =>
  startTestService(t, websocketService, { env });
const socketUrl = ({ service }: TestService) => `${service.url.replace('http', 'ws')}/ws`;
const ticketOf = async (who: TestPerson) =>
  (await who.call<WsTicket>('POST', '/api/v1/ws-tickets')).body.ticket;

type Opened = { socket: WebSocket; messages: ServerMessage[]; closed: Promise<number> };

function open(t: TestContext, url: string, first: unknown, options = {}): Opened {
  const socket = new WebSocket(url, options);
  const messages: ServerMessage[] = [];
  t.after(() => socket.terminate());
  socket.on('error', () => undefined);
  socket.on('open', () => {
    if (first !== undefined) socket.send(typeof first === 'string' ? first : JSON.stringify(first));
  });
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as ServerMessage));
  return { socket, messages, closed: new Promise((resolve) => socket.on('close', resolve)) };
}

const hello = async (who: TestPerson, since = 0) => ({ type: 'hello', ticket: await ticketOf(who), since });

function event(workspaceId: string, seq: number) {
  const at = '2026-03-01T10:00:00.000Z';
  const id = v7();
  const nothing = {
    description: null,
    list: null,
    parent_id: null,
    start: null,
    due_date: null,
    time_zone: null,
    reminder_time: null,
  };
  const payload = {
    ...nothing,
    id,
    workspace_id: workspaceId,
    version: 1,
    title: `n ${seq}`,
    status: 'pending',
    priority: 4,
    labels: [],
    reminders: [],
    is_recurring: false,
    recurrence_rule: null,
    recurrence_schedule: null,
    recurrence_basis: 'due',
    series_id: null,
    created_at: at,
    updated_at: at,
    completed_at: null,
    deleted_at: null,
  };
  return {
    event_id: v7(),
    event_type: 'task-created',
    schema_version: '1.0',
    timestamp: at,
    workspace_id: workspaceId,
    seq,
    task_id: id,
    version: 1,
    actor: { user_id: workspaceId, source: 'api' },
    payload,
    changed: [],
  };
}

/** Delivers one event as the sidecar does, singly. */
async function deliver({ service, app_token: token }: TestService, data: unknown): Promise<unknown> {
  const response = await fetch(`${service.url}/events/task-updates`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json', 'dapr-api-token': token },
    body: JSON.stringify({ specversion: '1.0', id: v7(), data }),
  });
  return ((await response.json()) as { status: unknown }).status;
}

const seqsOf = ({ messages }: Opened) =>
  messages.flatMap((message) => (message.type === 'event' ? [message.event.seq] : []));
const firstOf = async (opened: Opened) => eventually(() => opened.messages[0]);

test('a socket gets a welcome with the gap, or a resync, and then live events of its own workspace alone', async (t) => {
  const running = await start(t);
  const [ada, eve] = [await running.person(), await running.person()];
  const early = open(t, socketUrl(running), await hello(ada));
  assert.deepEqual(
    await firstOf(early),
    { type: 'resync', seq: null, workspace_id: ada.id },
    'a replica that has seen nothing is not certain',
  );
  for (const seq of [1, 2, 3]) assert.equal(await deliver(running, event(ada.id, seq)), 'SUCCESS');
  await deliver(running, event(eve.id, 1));
  for (const since of [0, 1, 2, 3]) {
    const late = open(t, socketUrl(running), await hello(ada, since));
    assert.deepEqual(await firstOf(late), { type: 'welcome', seq: 3, workspace_id: ada.id });
    await eventually(() => seqsOf(late).length === 3 - since);
    late.socket.close();
  }
  await deliver(running, event(ada.id, 3));
  await deliver(running, event(ada.id, 4));
  await eventually(() => seqsOf(early).includes(4));
  assert.deepEqual(seqsOf(early), [1, 2, 3, 4], 'once each, although one came twice');
  assert.ok(
    early.messages.every((message) => message.type !== 'event' || message.event.workspace_id === ada.id),
  );
});

test('a ticket lets one in, once, within its time', async (t) => {
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

test('a ticket that is older than 30 s opens nothing', async (t) => {
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

test('whatever is no hello, or comes after it, closes the socket with a code of its own', async (t) => {
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
});

test('a page of another origin is refused, the own one and a named one are let in', async (t) => {
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

test('a person, and an address, has so many sockets and no more; the count is told and goes down again', async (t) => {
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

test('heartbeats tell the head, and a peer that answers no ping is ended', async (t) => {
  const running = await start(t, { HEARTBEAT_SECONDS: '0.05' });
  const ada = await running.person();
  const live = open(t, socketUrl(running), await hello(ada));
  await deliver(running, event(ada.id, 7));
  await eventually(() => live.messages.some((message) => message.type === 'heartbeat' && message.seq === 7));
  const silent = open(t, socketUrl(running), await hello(ada), { autoPong: false });
  assert.equal(await silent.closed, 1006);
  assert.equal(live.socket.readyState, WebSocket.OPEN);
});

test('a reader that does not read is closed, and the others go on', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  const { hostname, port } = new URL(running.service.url);
  const lazy = connectTcp(Number(port), hostname);
  t.after(() => lazy.destroy());
  const greeting = JSON.stringify(await hello(ada));
  lazy.write(
    'GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(lazy, 'data');
  // A masked text frame with a mask of zeros (RFC 6455 section 5.2).
  lazy.write(
    Buffer.concat([
      Buffer.from([0x81, 0x80 | 126, 0, greeting.length]),
      Buffer.alloc(4),
      Buffer.from(greeting),
    ]),
  );
  await once(lazy, 'data');
  lazy.pause();
  const live = open(t, socketUrl(running), await hello(ada));
  await firstOf(live);
  const connections = async () =>
    (await ada.call<{ active_connections: number }>('GET', '/api/v1/connections')).body.active_connections;
  assert.equal(await connections(), 2);
  const big = 'x'.repeat(19_000);
  let seq = 0;
  await eventually(async () => {
    for (let n = 0; n < 50; n += 1) {
      seq += 1;
      const large = event(ada.id, seq);
      await deliver(running, { ...large, payload: { ...large.payload, description: big } });
    }
    return (await connections()) === 1;
  });
  await eventually(() => seqsOf(live).length === seq);
});

test('an event that can not be read is dropped; a stop tells every socket that it goes away', async (t) => {
  const running = await start(t);
  const ada = await running.person();
  assert.equal(await deliver(running, { ...event(ada.id, 1), schema_version: '2.0' }), 'DROP');
  assert.equal(await deliver(running, null), 'DROP');
  const opened = open(t, socketUrl(running), await hello(ada));
  await firstOf(opened);
  await running.service.stop();
  assert.equal(await opened.closed, 1001);
});
