import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { toAppError } from '../../src/http/problem-details.ts';
import { refuseWritesWhile } from '../../src/http/refuse-writes.ts';

test('writes are refused while the disk is almost full; reads, previews and deliveries are answered', async (t) => {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => {
    const { code, status, headers } = toAppError(error);
    return reply.code(status).headers(headers).send({ code });
  });
  let isLow = true;
  refuseWritesWhile(app, () => isLow);
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)
    app.route({ method, url: '/things', handler: () => ({}) });
  app.post('/preview', { config: { isRead: true } }, () => ({}));
  app.post('/events/topic', { config: { public: true } }, () => ({}));
  t.after(() => app.close());
  const ask = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string) => {
    const { statusCode, headers, body } = await app.inject({ method, url });
    return {
      status: statusCode,
      retry: headers['retry-after'],
      code: (JSON.parse(body) as { code?: string }).code,
    };
  };
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const)
    assert.deepEqual(await ask(method, '/things'), { status: 503, retry: '10', code: 'disk-almost-full' });
  for (const [method, url] of [
    ['GET', '/things'],
    ['POST', '/preview'],
    ['POST', '/events/topic'],
  ] as const)
    assert.equal((await ask(method, url)).status, 200, url);
  isLow = false;
  assert.equal((await ask('POST', '/things')).status, 200);
});
