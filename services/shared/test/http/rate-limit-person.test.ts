import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { Type } from 'typebox';
import { defineService } from '../../src/define-service.ts';
import { inChunks, streamToReader } from '../../src/http/reader-slots.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService } from '../support/service.ts';

const definition = defineService({
  name: 'limited-service',
  description: 'is limited',
  context: () => undefined,
  routes: [
    (app) => {
      const querystring = Type.Object({ limit: Type.Integer({ default: 20 }) });
      app.get('/things', { schema: { querystring } }, () => ({}));
      app.post('/things', { config: { rows: (body) => (body as { rows: number }).rows } }, () => ({}));
      app.get('/public', { config: { public: true } }, () => ({}));
    },
  ],
});
const limits = { RATE_LIMIT_PER_SECOND: '0.01', RATE_LIMIT_BURST: '10' };

test('each answer tells the bucket; an empty one is 429 with Retry-After, for one person only', async (t) => {
  const { person } = await startTestService(t, definition, { env: limits });
  const [ada, bob] = [await person(), await person()];
  const answers = [];
  for (let n = 0; n < 12; n += 1) answers.push(await ada.call('GET', '/things'));
  const [first] = answers;
  assert.equal(first?.status, 200);
  assert.equal(first.headers.get('ratelimit-limit'), '10');
  assert.equal(first.headers.get('ratelimit-remaining'), '9');
  assert.equal(first.headers.get('ratelimit-reset'), '100');
  const refused = answers.at(-1);
  assert.equal(refused?.status, 429);
  assert.equal(refused.body['code'], 'rate-limited');
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.match(refused.headers.get('retry-after') ?? '', /^([789]\d|100)$/);
  assert.equal(refused.headers.get('ratelimit-remaining'), '0');
  assert.equal((await bob.call('GET', '/things')).status, 200);
});

test('a request pays for its bytes before they are read, and for the rows that it asks for or writes', async (t) => {
  const { person } = await startTestService(t, definition, { env: limits });
  const left = async (method: string, path: string, body?: unknown) => {
    const { headers } = await (await person()).call(method, path, body);
    return headers.get('ratelimit-remaining');
  };
  assert.equal(await left('GET', '/things'), '9');
  assert.equal(await left('GET', '/things?limit=500'), '5');
  assert.equal(await left('POST', '/things', { rows: 300 }), '7');
  assert.equal(await left('POST', '/things', { rows: 1, text: 'x'.repeat(40_000) }), '7');
});

test('a streamed answer pays for its parts, and leaves half of the burst to other requests', async (t) => {
  const parts: string[] = [];
  let pays = 0;
  const streams = defineService({
    name: 'paid-streams',
    description: 'streams',
    context: () => undefined,
    routes: [
      (app) => {
        app.get('/stream', async (request, reply) => {
          const pieces = async function* () {
            for (const part of ['a', 'b', 'c']) yield part.repeat(64 * 1024);
          };
          const paid = inChunks(pieces(), (bytes) => {
            pays += 1;
            return request.payForPart(bytes);
          });
          const noted = async function* () {
            for await (const chunk of paid) {
              parts.push(chunk.slice(0, 1));
              yield chunk;
            }
          };
          return streamToReader(noted(), reply.raw);
        });
        app.get('/things', () => ({}));
      },
    ],
  });
  const { service, person } = await startTestService(t, streams, { env: limits });
  const { token, call } = await person();
  const leave = new AbortController();
  const answer = await fetch(`${service.url}/stream`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  });
  const reader = answer.body?.getReader();
  await reader?.read();
  await eventually(() => pays >= 2);
  const { status, headers } = await call('GET', '/things');
  assert.deepEqual([status, headers.get('ratelimit-remaining')], [200, '0']);
  assert.deepEqual(parts, ['a']);
  leave.abort();
});

test('a body without a length pays for the longest that is accepted', async (t) => {
  const { person, service } = await startTestService(t, definition, { env: limits });
  const { token } = await person();
  const send = () =>
    fetch(`${service.url}/things`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: Readable.toWeb(Readable.from(['{"rows":1}'])) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
  for (const remaining of ['5', '0'])
    assert.equal((await send()).headers.get('ratelimit-remaining'), remaining);
  assert.equal((await send()).status, 429);
});

test('health and public routes are not limited, and 0 turns the limit off', async (t) => {
  const { service, person } = await startTestService(t, definition, { env: limits });
  for (let n = 0; n < 30; n += 1)
    for (const path of ['/health', '/public']) {
      const answer = await fetch(`${service.url}${path}`);
      await answer.arrayBuffer();
      assert.deepEqual([answer.status, answer.headers.get('ratelimit-limit')], [200, null]);
    }
  const ada = await person();
  assert.equal((await ada.call('GET', '/things')).status, 200);

  const unlimited = await startTestService(t, definition);
  const bob = await unlimited.person();
  for (let n = 0; n < 30; n += 1) assert.equal((await bob.call('GET', '/things')).status, 200);
});

test('a person reads two things at a time; others, and their own writes, do not wait for them', async (t) => {
  const reads: string[] = [];
  const ends: (() => void)[] = [];
  const slow = defineService({
    name: 'slow-reads',
    description: 'waits for its test',
    context: () => undefined,
    routes: [
      (app) => {
        app.get('/slow', async ({ identity }) => {
          reads.push(identity.personId);
          await new Promise<void>((resolve) => ends.push(resolve));
          return {};
        });
        app.get('/fast', () => ({}));
        app.post('/write', () => ({}));
      },
    ],
  });
  const { person } = await startTestService(t, slow);
  const [ada, bob] = [await person(), await person()];
  const waiting = Array.from({ length: 12 }, () => ada.call('GET', '/slow'));
  await eventually(() => reads.length === 2);
  assert.equal((await bob.call('GET', '/fast')).status, 200);
  assert.equal((await ada.call('POST', '/write', {})).status, 200);
  assert.equal(reads.length, 2);
  for (let read = 0; read < 12; read += 1) {
    await eventually(() => ends.length > read);
    ends[read]?.();
  }
  assert.deepEqual(new Set((await Promise.all(waiting)).map(({ status }) => status)), new Set([200]));
});

test('a client that goes away ends its turn when its read has ended, not before', async (t) => {
  let [asked, begun] = [0, 0];
  const ends: (() => void)[] = [];
  const slow = defineService({
    name: 'left-reads',
    description: 'waits for its test',
    context: () => undefined,
    routes: [
      (app) => {
        const preValidation = async () => void (asked += 1);
        app.get('/slow', { preValidation }, async () => {
          begun += 1;
          await new Promise<void>((resolve) => ends.push(resolve));
          return {};
        });
        app.get('/fast', () => ({}));
      },
    ],
  });
  const { person, service } = await startTestService(t, slow);
  const [ada, bob] = [await person(), await person()];
  const leave = new AbortController();
  const headers = { authorization: `Bearer ${ada.token}` };
  const left = Array.from({ length: 2 }, () =>
    fetch(`${service.url}/slow`, { headers, signal: leave.signal }).catch(() => 'left'),
  );
  await eventually(() => begun === 2);
  leave.abort();
  await Promise.all(left);
  const patient = ada.call('GET', '/slow');
  await eventually(() => asked === 3);
  assert.equal((await bob.call('GET', '/fast')).status, 200);
  assert.equal(begun, 2, 'the queries of those who left still run');
  for (const end of ends.splice(0)) end();
  await eventually(() => begun === 3);
  for (const end of ends) end();
  assert.equal((await patient).status, 200);
});
