import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { setInterval as every } from 'node:timers/promises';
import Fastify from 'fastify';
import type { LeastRate } from '../../src/http/least-rate.ts';
import { toAppError } from '../../src/http/problem-details.ts';
import { sendProblem } from '../../src/http/send-problem.ts';
import { spoolBody } from '../../src/http/spooled-body.ts';

const limit = 1_000_000;

/** A server that answers with the bytes that arrived, and then with their text. */
async function open(t: TestContext, rate?: LeastRate): Promise<string> {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, toAppError(error)));
  app.addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload));
  app.post('/', async ({ raw }) => {
    await using body = await spoolBody(raw, limit, rate);
    return `${body.bytes} ${await text(body.read())}${await text(body.read())}`;
  });
  t.after(() => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

function begin(url: string, headers: Record<string, string> = {}): ClientRequest {
  const client = request(url, { method: 'POST', headers: { 'content-type': 'text/plain', ...headers } });
  client.on('error', () => undefined);
  return client;
}

async function answerTo(client: ClientRequest): Promise<[number | undefined, string]> {
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  if (response.statusCode === 200) return [200, await text(response)];
  return [response.statusCode, ((await json(response)) as { code: string }).code];
}

test('a body can be read as often as necessary', async (t) => {
  const client = begin(await open(t));
  client.write('ab');
  client.end('c');
  assert.deepEqual(await answerTo(client), [200, '3 abcabc']);
});

test('a body above the limit is 413, whether it announces its length or not', async (t) => {
  const url = await open(t);
  const announced = begin(url, { 'content-length': String(limit + 1) });
  announced.write('a');
  assert.deepEqual(await answerTo(announced), [413, 'too-large']);
  const chunked = begin(url);
  chunked.end('a'.repeat(limit + 1));
  assert.deepEqual(await answerTo(chunked), [413, 'too-large']);
});

test('a body that arrives too slowly is 408, and its connection closes', async (t) => {
  const url = await open(t, { bytes: 1_000, ticks: 3, tickMs: 20 });
  const client = begin(url, { connection: 'keep-alive' });
  let isAnswered = false;
  client.once('response', () => (isAnswered = true));
  const answered = answerTo(client);
  const closed = once(client, 'close');
  for await (const _tick of every(10)) {
    if (isAnswered) break;
    client.write('a');
  }
  assert.deepEqual(await answered, [408, 'request-timeout']);
  await closed;
});

test('a body that arrives fast enough may take longer', async (t) => {
  const url = await open(t, { bytes: 100, ticks: 3, tickMs: 20 });
  const client = begin(url);
  let sent = 0;
  for await (const _tick of every(10)) {
    client.write('a'.repeat(200));
    sent += 200;
    if (sent === 4_000) break;
  }
  client.end();
  const [status, body] = await answerTo(client);
  assert.deepEqual([status, body.slice(0, 4)], [200, '4000']);
});

test('a body that is closed while it is read fails its reader; one that was read to its end is not disturbed', async (t) => {
  const app = Fastify();
  const failures: unknown[] = [];
  app.addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload));
  app.post('/', async ({ raw }) => {
    const body = await spoolBody(raw, limit);
    const whole = body.read();
    const read = await text(whole);
    whole.once('error', (error) => failures.push(error));
    const cut = assert.rejects(text(body.read()), { code: 'bad-request' });
    await body[Symbol.asyncDispose]();
    await cut;
    return read.length;
  });
  t.after(() => app.close());
  const client = begin(await app.listen({ host: '127.0.0.1', port: 0 }));
  client.end('a'.repeat(limit));
  assert.deepEqual(await answerTo(client), [200, String(limit)]);
  assert.deepEqual(failures, []);
});
