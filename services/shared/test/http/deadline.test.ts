import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import Fastify from 'fastify';
import { addDeadline } from '../../src/http/deadline.ts';
import { toAppError } from '../../src/http/problem-details.ts';

const deadlineMs = 100;

async function open(t: TestContext) {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => {
    const { code, status } = toAppError(error);
    return reply.code(status).send({ code });
  });
  addDeadline(app, deadlineMs);
  const never = Promise.withResolvers<string>();
  app.get('/hangs', () => never.promise);
  app.get('/quick', () => 'quick');
  app.get('/delivery', { config: { public: true } }, () => pause(3 * deadlineMs, 'delivered'));
  app.get('/streams', (_request, reply) => {
    const stream = new PassThrough();
    stream.write('begun ');
    setTimeout(() => stream.end('and ended'), 3 * deadlineMs);
    return reply.send(stream);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  return { url, answerLate: () => never.resolve('late') };
}

test('a handler that does not begin its answer is answered 503, and its late result is ignored', async (t) => {
  const { url, answerLate } = await open(t);
  const answer = await fetch(`${url}/hangs`);
  assert.deepEqual([answer.status, await answer.json()], [503, { code: 'unavailable' }]);
  answerLate();
  assert.equal(await (await fetch(`${url}/quick`)).text(), 'quick');
});

test('an answer that has begun, and a delivery of the sidecar, may take longer', async (t) => {
  const { url } = await open(t);
  assert.equal(await (await fetch(`${url}/streams`)).text(), 'begun and ended');
  assert.equal(await (await fetch(`${url}/delivery`)).text(), 'delivered');
});
