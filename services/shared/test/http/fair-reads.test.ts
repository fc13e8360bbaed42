import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { addFairReads } from '../../src/http/fair-reads.ts';
import type { Identity } from '../../src/http/token-verifier.ts';
import { eventually } from '../support/eventually.ts';

for (const [what, method, config] of [
  ['a GET', 'GET', {}],
  ['a POST that only reads', 'POST', { isRead: true }],
] as const)
  test(`of ${what}, a person has four at a time, and another person doesn't wait for them`, async () => {
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
    assert.deepEqual(running, ['ada', 'ada', 'ada', 'ada', 'bob']);
    release.resolve();
    assert.deepEqual(
      (await Promise.all(asked)).map(({ statusCode }) => statusCode),
      Array.from({ length: 7 }, () => 200),
    );
    await app.close();
  });
