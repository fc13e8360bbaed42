import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import { defineService } from '../../src/define-service.ts';
import { eventually } from '../support/eventually.ts';
import { startTestService } from '../support/service.ts';

/** A service with a few routes that need no token. */
async function start(t: TestContext) {
  const definition = defineService({
    name: 'plain-service',
    description: 'answers',
    context: () => undefined,
    routes: [
      (app) => {
        const options = { config: { public: true } };
        app.get('/things', options, () => ({ things: [] }));
        app.post('/things', options, ({ body }) => ({ length: JSON.stringify(body ?? '').length }));
        const schema = { body: Type.Object({ name: Type.Optional(Type.String()) }) };
        app.patch('/things', { ...options, schema }, ({ body }) => body);
        app.get('/things/:id', options, ({ params }) => params);
        app.delete('/things/:id', options, (_request, reply) => reply.code(204).send());
        app.get('/files/:name.ics', options, () => 'x');
      },
    ],
  });
  return (await startTestService(t, definition)).service.url;
}

/** Sends bytes that no client library would, and returns the whole answer when the connection has ended. */
async function answerTo(t: TestContext, url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  t.after(() => socket.destroy());
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
  socket.on('error', () => undefined).write(text);
  await eventually(() => socket.readableEnded || socket.destroyed);
  return answer;
}

test('a method that a path does not support is 405 with those that it does, and an unknown path 404', async (t) => {
  const url = await start(t);
  for (const [method, path, expected] of [
    ['PUT', '/things', 'GET, HEAD, PATCH, POST'],
    ['DELETE', '/things/?a=1', 'GET, HEAD, PATCH, POST'],
    ['PATCH', '/things/1', 'DELETE, GET, HEAD'],
    ['OPTIONS', '/files/a.ics', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
    ['PUT', '/files/a.pdf', undefined],
    ['GET', '/files/a%0Db.ics', undefined],
    ['PUT', '/things/1/2', undefined],
  ] as const) {
    const answer = await fetch(`${url}${path}`, { method });
    const { code } = (await answer.json()) as { code: string };
    assert.deepEqual(
      [answer.status, answer.headers.get('allow'), code],
      expected === undefined ? [404, null, 'no-such-route'] : [405, expected, 'method-not-allowed'],
      `${method} ${path}`,
    );
  }
});

test('a trailing slash does not matter', async (t) => {
  const url = await start(t);
  assert.deepEqual(await (await fetch(`${url}/things/`)).json(), { things: [] });
  assert.deepEqual(await (await fetch(`${url}/things/1/`)).json(), { id: '1' });
});

test('what is no complete and unambiguous request is a problem, and the connection ends', async (t) => {
  const url = await start(t);
  for (const [text, status] of [
    ['GET /things HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n', 400],
    ['nothing\r\n\r\n', 400],
    [`GET /things HTTP/1.1\r\nhost: a\r\nx-a: ${'b'.repeat(20_000)}\r\n\r\n`, 431],
  ] as const) {
    const answer = await answerTo(t, url, text);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /^content-type: application\/problem\+json/im);
  }
});

test('an empty body is none, whatever media type the client names', async (t) => {
  const url = await start(t);
  for (const type of [
    'application/json',
    'application/merge-patch+json',
    'application/json; charset=utf-8',
  ]) {
    const headers = { 'content-type': type };
    const optional = await fetch(`${url}/things`, { method: 'POST', headers });
    assert.deepEqual([optional.status, await optional.json()], [200, { length: 2 }], type);
    const needed = await fetch(`${url}/things`, { method: 'PATCH', headers });
    assert.equal(needed.status, 422, type);
    assert.match(((await needed.json()) as { detail: string }).detail, /^the body must be an object$/);
  }
});

test('an address that the router refuses is a problem like every other', async (t) => {
  const url = await start(t);
  for (const [path, status, code] of [
    [`/things/${'a'.repeat(300)}`, 414, 'uri-too-long'],
    ['/things/%zz', 400, 'bad-request'],
  ] as const) {
    const answer = await fetch(`${url}${path}`);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    const problem = (await answer.json()) as { status: number; code: string };
    assert.deepEqual([answer.status, problem.status, problem.code], [status, status, code], path);
  }
});
