import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { parseTrustedProxies } from '@rondo/shared/http/client-address';
import { listen, openGateway } from '../support/gateway.ts';
import { openRaw } from '../support/raw-connection.ts';

const none = { maxConnectionsPerAddress: 0, maxRequestsPerAddress: 0, maxRequests: 0 };

test('an address has a limit of open requests, and others go on; when one ends, the next is served', async (t) => {
  const waiting: (() => void)[] = [];
  const { url: service } = await listen(
    t,
    (_request, response) => void waiting.push(() => response.end('{}')),
  );
  const { url } = await openGateway(
    t,
    { 'todo-service': service },
    { limits: { ...none, maxRequestsPerAddress: 2 }, trustedProxies: parseTrustedProxies('loopback') },
  );
  const ask = (address: string) => fetch(`${url}/api/v1/tasks`, { headers: { 'x-forwarded-for': address } });
  const open = [ask('2001:db8::1'), ask('2001:db8::ffff:2')];
  await eventually(() => waiting.length === 2);
  const refused = await ask('2001:db8:0:0:3::');
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal(((await refused.json()) as { code: string }).code, 'too-many-open-requests');
  open.push(ask('2001:db8:0:1::1'));
  await eventually(() => waiting.length === 3);
  for (const end of waiting.splice(0)) end();
  for (const answer of await Promise.all(open)) assert.equal(answer.status, 200);
  const next = ask('2001:db8::1');
  await eventually(() => waiting.length === 1);
  waiting[0]?.();
  assert.equal((await next).status, 200);
});

test('all addresses together have a limit, and a request that a client gave up is counted no more', async (t) => {
  const { url: service } = await listen(t, () => undefined);
  const { url } = await openGateway(t, { 'todo-service': service }, { limits: { ...none, maxRequests: 3 } });
  const leaving = new AbortController();
  const open = Array.from({ length: 3 }, () => fetch(`${url}/api/v1/tasks`, { signal: leaving.signal }));
  const over = () => fetch(`${url}/api/v1/audit`);
  await eventually(async () =>
    ((await (await over()).json()) as { detail: string }).detail.startsWith('Too many'),
  );
  assert.equal((await fetch(`${url}/health`)).status, 200, 'health is never refused');
  leaving.abort();
  await Promise.allSettled(open);
  await eventually(async () =>
    ((await (await over()).json()) as { detail: string }).detail.startsWith('audit-service'),
  );
});

test('a connection above the limit of its address gets 429 and ends; far above it ends at once', async (t) => {
  const { url } = await openGateway(t, {}, { limits: { ...none, maxConnectionsPerAddress: 3 } });
  const open = [openRaw(t, url), openRaw(t, url), openRaw(t, url)];
  for (const { send, answer } of open) {
    send(['GET /health HTTP/1.1']);
    assert.equal((await answer()).status, 200);
  }
  const above = openRaw(t, url);
  above.send(['GET /health HTTP/1.1']);
  const { status, head } = await above.answer();
  assert.equal(status, 429);
  assert.match(head, /^connection: close$/im);
  await eventually(above.isClosed);
  const silent = [openRaw(t, url), openRaw(t, url), openRaw(t, url), openRaw(t, url)];
  await eventually(() => silent.some(({ isClosed }) => isClosed()));
  for (const { socket } of [...open, ...silent]) socket.destroy();
  await eventually(async () => (await fetch(`${url}/health`)).status === 200);
});

test('a trusted proxy has no limit of connections', async (t) => {
  const { url } = await openGateway(
    t,
    {},
    { limits: { ...none, maxConnectionsPerAddress: 1 }, trustedProxies: parseTrustedProxies('127.0.0.0/8') },
  );
  for (let n = 0; n < 4; n += 1) {
    const { send, answer } = openRaw(t, url);
    send(['GET /health HTTP/1.1']);
    assert.equal((await answer()).status, 200);
  }
});
