import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { endClosedRequests } from '../../src/http/closed-clients.ts';
import { addFairReads } from '../../src/http/fair-reads.ts';
import type { Identity } from '../../src/http/token-verifier.ts';
import { eventually } from '../support/eventually.ts';

for (const [what, method, config] of [
  ['a GET', 'GET', {}],
  ['a POST that only reads', 'POST', { isRead: true }],
] as const)
  test(`of ${what}, a person has two at a time, and another person doesn't wait for them`, async () => {
    const release = Promise.withResolvers<void>();
    const running: string[] = [];
    const app = Fastify() as unknown as FastifyInstance;
    app.decorateRequest('identity');
    app.addHook('onRequest', async (request) => {
      request.identity = { personId: String(request.headers['person']) } as Identity;
    });
    addFairReads(app);
    app.route({
      method,
      url: '/',
      config,
      async handler(request) {
        running.push(request.identity.personId);
        await release.promise;
        return {};
      },
    });
    const ask = (personId: string) => app.inject({ method, url: '/', headers: { person: personId } });
    const asked = [...Array.from({ length: 6 }, () => ask('ada')), ask('bob')];
    await eventually(() => running.includes('bob'));
    assert.deepEqual(running, ['ada', 'ada', 'bob']);
    release.resolve();
    assert.deepEqual(
      (await Promise.all(asked)).map(({ statusCode }) => statusCode),
      Array.from({ length: 7 }, () => 200),
    );
    await app.close();
  });

test('clients that go while they wait leave room for as many others, and their handlers never run', async (t) => {
  const release = Promise.withResolvers<void>();
  const arrived: ServerResponse[] = [];
  let handled = 0;
  const app = Fastify() as unknown as FastifyInstance;
  endClosedRequests(app);
  app.decorateRequest('identity');
  app.addHook('onRequest', async (request, { raw }) => {
    arrived.push(raw);
    request.identity = { personId: 'ada' } as Identity;
  });
  addFairReads(app);
  app.get('/', async () => {
    handled += 1;
    await release.promise;
    return {};
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    release.resolve();
    app.server.closeAllConnections();
    return app.close();
  });
  const ask = async (signal?: AbortSignal) => (await fetch(url, signal ? { signal } : {})).status;
  const running = Array.from({ length: 2 }, () => ask());
  await eventually(() => handled === 2);
  const leaving = new AbortController();
  const left = Array.from({ length: 256 }, () => ask(leaving.signal));
  await eventually(() => arrived.length === 258);
  assert.equal(await ask(), 429, 'the queue is full');
  leaving.abort();
  await Promise.allSettled(left);
  await eventually(() => arrived.slice(2).every(({ closed }) => closed));
  const next = ask();
  await eventually(() => arrived.length === 260);
  release.resolve();
  assert.deepEqual(new Set(await Promise.all([...running, next])), new Set([200]));
  assert.equal(handled, 3);
});
