import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { serviceRegistry } from '@rondo/shared/service-registry';
import { eventually } from '@rondo/shared/test/eventually';
import { startGateway } from '../src/gateway.ts';

const jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'key' }] };

/** A gateway in front of a service that answers everything, with its own bucket in the headers if the test says so. */
async function open(
  t: TestContext,
  headers: Record<string, string> = {},
  rateLimit = { perSecond: 0.01, burst: 10 },
) {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    jwks,
    services: Object.fromEntries(serviceRegistry.map(({ name }) => [name, url])),
    rateLimit,
  });
  t.after(async () => {
    await gateway[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
  });
  return async (path: string, token?: string, body?: string, scheme = 'Bearer') => {
    const answer = await fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: token === undefined ? {} : { authorization: `${scheme} ${token}` },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

test('a token has its bucket; another one from the same address goes on, until the address has none left', async (t) => {
  const ask = await open(t);
  const statuses = async (token: string, count: number) => {
    const all = [];
    for (let n = 0; n < count; n += 1) all.push((await ask('/api/v1/tasks', token)).status);
    return all;
  };
  assert.deepEqual(await statuses('ada', 12), [...Array<number>(10).fill(200), 429, 429]);
  const refused = await ask('/api/v1/tasks', 'ada');
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.match(refused.headers.get('retry-after') ?? '', /^([789]\d|100)$/);
  assert.equal((JSON.parse(refused.text) as { code: string }).code, 'rate-limited');
  assert.deepEqual(await statuses('bob', 5), Array<number>(5).fill(200));
  // Ten of Ada and five of Bob have left five of the twenty of their address. What Ada was refused costs it nothing.
  const without = [];
  for (let n = 0; n < 6; n += 1) without.push((await ask('/api/v1/tasks')).status);
  assert.deepEqual(without, [...Array<number>(5).fill(200), 429]);
});

test('a large body and many rows cost more', async (t) => {
  const ask = await open(t);
  assert.equal(
    (await ask('/api/v1/tasks', 'ada', 'x'.repeat(40_000))).headers.get('ratelimit-remaining'),
    '7',
  );
  assert.equal((await ask('/api/v1/changes?limit=300', 'ada')).headers.get('ratelimit-remaining'), '4');
});

test('rows that a page skips cost, too', async (t) => {
  const ask = await open(t, {}, { perSecond: 0.01, burst: 500 });
  const { headers } = await ask('/api/v1/tasks?limit=100&offset=30000', 'ada');
  assert.equal(headers.get('ratelimit-remaining'), '469');
});

test('a burst is let in over seconds: 40 at once, and all in 2.5 s', async (t) => {
  const ask = await open(t, {}, { perSecond: 1, burst: 140 });
  const began = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: 140 }, async () => (await ask('/api/v1/tasks', 'ada')).status),
  );
  assert.deepEqual(new Set(statuses), new Set([200]));
  // The other 100 come at 140 in 2.5 s. A slow machine takes longer, and never less.
  assert.ok(performance.now() - began > 1_700);
});

test('health and public keys are not limited, and the bucket that a service tells is passed on', async (t) => {
  const ask = await open(t, { 'ratelimit-remaining': '3' });
  for (let n = 0; n < 40; n += 1) {
    assert.equal((await ask('/health')).status, 200);
    assert.equal((await ask('/.well-known/jwks.json')).status, 200);
  }
  assert.equal((await ask('/api/v1/tasks', 'ada')).headers.get('ratelimit-remaining'), '3');
});

test('a token has eight requests under way; others pass beside its slow ones, and none of those is lost', async (t) => {
  const slow: (() => void)[] = [];
  const server = createServer((request, response) => {
    const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    if (request.url === '/api/v1/tasks/slow') slow.push(answer);
    else answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const services = Object.fromEntries(serviceRegistry.map(({ name }) => [name, upstream]));
  const gateway = await startGateway({ host: '127.0.0.1', port: 0, jwks, services });
  t.after(async () => {
    await gateway[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
  });
  const ask = (path: string, token: string, signal?: AbortSignal) =>
    fetch(`${gateway.url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      ...(signal ? { signal } : {}),
    }).then(({ status }) => status);
  const leave = new AbortController();
  const left = Array.from({ length: 20 }, () =>
    ask('/api/v1/tasks/slow', 'ada', leave.signal).catch(() => 0),
  );
  await eventually(() => slow.length === 8);
  for (let n = 0; n < 5; n += 1) assert.equal(await ask('/api/v1/tasks', 'bob'), 200);
  leave.abort();
  await Promise.all(left);
  const patient = Array.from({ length: 100 }, () => ask('/api/v1/tasks/slow', 'ada'));
  assert.equal(await ask('/api/v1/tasks', 'bob'), 200);
  let isDone = false;
  const all = Promise.all(patient).finally(() => {
    isDone = true;
  });
  await eventually(() => {
    for (const answer of slow.splice(0)) answer();
    return isDone;
  });
  assert.deepEqual(new Set(await all), new Set([200]));
});

test('a token has one bucket, however its scheme is written', async (t) => {
  const ask = await open(t);
  const statuses = [];
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEARER'])
    for (let n = 0; n < 3; n += 1)
      statuses.push((await ask('/api/v1/tasks', 'ada', undefined, scheme)).status);
  assert.deepEqual(statuses, [...Array<number>(10).fill(200), 429, 429]);
});

test("the gateway's large documents cost an address what they weigh", async (t) => {
  const { url, [Symbol.asyncDispose]: stop } = await startGateway({
    host: '127.0.0.1',
    port: 0,
    jwks,
    services: Object.fromEntries(serviceRegistry.map(({ name }) => [name, 'http://127.0.0.1:1'])),
    rateLimit: { perSecond: 0.01, burst: 50 },
  });
  t.after(stop);
  const statuses = [];
  for (let n = 0; n < 4; n += 1) statuses.push((await fetch(`${url}/openapi.yaml`)).status);
  assert.deepEqual(statuses, [200, 200, 200, 429]);
});
