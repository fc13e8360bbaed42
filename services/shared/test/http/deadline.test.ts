import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import Fastify from 'fastify';
import { addDeadline } from '../../src/http/deadline.ts';
import { addFairReads, holdTurn } from '../../src/http/fair-reads.ts';
import { toAppError } from '../../src/http/problem-details.ts';
import { sendProblem } from '../../src/http/send-problem.ts';
import { eventually } from '../support/eventually.ts';

const deadlineMs = 100;

async function open(t: TestContext) {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => {
    const { code, status, message } = toAppError(error);
    return reply.code(status).send({ code, message });
  });
  addDeadline(app, deadlineMs);
  const never = Promise.withResolvers<string>();
  app.get('/hangs', () => never.promise);
  app.post('/hangs', () => never.promise);
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
  const message = "What this request needs can't be reached right now. Try again.";
  assert.deepEqual([answer.status, await answer.json()], [503, { code: 'unavailable', message }]);
  answerLate();
  assert.equal(await (await fetch(`${url}/quick`)).text(), 'quick');
});

test('the answer to a change says at the deadline that the change may have been made', async (t) => {
  const { url } = await open(t);
  for (const [headers, advice] of [
    [{}, /The change may have been made\. .* without an Idempotency-Key the change can be made twice\.$/],
    [{ 'idempotency-key': 'a' }, /The change may have been made\. Repeat .* same Idempotency-Key: /],
  ] as const) {
    const answer = await fetch(`${url}/hangs`, { method: 'POST', headers });
    assert.equal(answer.status, 503);
    assert.match(((await answer.json()) as { message: string }).message, advice);
  }
});

test('an answer that has begun, and a delivery of the sidecar, may take longer', async (t) => {
  const { url } = await open(t);
  assert.equal(await (await fetch(`${url}/streams`)).text(), 'begun and ended');
  assert.equal(await (await fetch(`${url}/delivery`)).text(), 'delivered');
});

/** Opens a server whose answer comes when the test says so. */
async function openLate(t: TestContext) {
  const warnings: string[] = [];
  const app = Fastify({
    logger: { level: 'warn', stream: { write: (line: string) => warnings.push(line) } },
  });
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, toAppError(error)));
  addFairReads(app);
  addDeadline(app, deadlineMs);
  const arrived = Promise.withResolvers<void>();
  const stream = Promise.withResolvers<Readable>();
  const wait = async () => {
    arrived.resolve();
    return stream.promise;
  };
  app.get('/sends', async (_request, reply) => reply.header('etag', '"1"').send(await wait()));
  app.get('/returns', wait);
  const turn = Promise.withResolvers<() => void>();
  app.get(
    '/turn',
    { preHandler: async (request, reply) => holdTurn(request, reply, await turn.promise) },
    () => 'never',
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const isClosed = (one: Readable) => (one.closed ? Promise.resolve([]) : once(one, 'close'));
  return { url, warnings, arrived: arrived.promise, stream, turn, isClosed };
}

async function* pieces(): AsyncGenerator<string> {
  yield 'late';
}

for (const path of ['/sends', '/returns'])
  test(`a stream that comes after the deadline is destroyed, without a warning: ${path}`, async (t) => {
    const { url, warnings, stream, isClosed } = await openLate(t);
    const { status } = await fetch(`${url}${path}`);
    const late = Readable.from(pieces());
    stream.resolve(late);
    await isClosed(late);
    assert.deepEqual([status, warnings], [503, []]);
  });

test('a stream without its first byte at the deadline is replaced by one 503 without its headers', async (t) => {
  const { url, warnings, stream, isClosed } = await openLate(t);
  const late = new PassThrough();
  stream.resolve(late);
  const answer = await fetch(`${url}/sends`);
  assert.deepEqual(
    [answer.status, answer.headers.get('etag'), ((await answer.json()) as { code: string }).code],
    [503, null, 'unavailable'],
  );
  late.write('too late');
  await isClosed(late);
  assert.deepEqual(warnings, []);
});

test('a stream whose reader has gone before it is destroyed', async (t) => {
  const { url, warnings, arrived, stream, isClosed } = await openLate(t);
  const leaving = new AbortController();
  const answer = fetch(`${url}/sends`, { signal: leaving.signal });
  await arrived;
  leaving.abort();
  await assert.rejects(answer);
  const late = Readable.from(pieces());
  stream.resolve(late);
  await isClosed(late);
  assert.deepEqual(warnings, []);
});

test('a turn that comes after the deadline ends at once', async (t) => {
  const { url, turn } = await openLate(t);
  assert.equal((await fetch(`${url}/turn`)).status, 503);
  const ended = Promise.withResolvers<void>();
  turn.resolve(ended.resolve);
  await ended.promise;
});

test('a request whose client goes before its deadline begins has none', async (t) => {
  const app = Fastify();
  const [arrived, waited] = [Promise.withResolvers<ServerResponse[]>(), Promise.withResolvers<void>()];
  const timers = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
  app.addHook('onRequest', async (_request, { raw }) => {
    arrived.resolve([raw]);
    await waited.promise;
  });
  addDeadline(app, 3_600_000);
  const after = Promise.withResolvers<number>();
  app.addHook('onRequest', async () => after.resolve(timers()));
  app.get('/', () => 'never');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const leaving = new AbortController();
  const left = fetch(url, { signal: leaving.signal });
  const [raw] = await arrived.promise;
  leaving.abort();
  await assert.rejects(left);
  await eventually(() => raw?.closed);
  const before = timers();
  waited.resolve();
  assert.equal(await after.promise, before);
});
