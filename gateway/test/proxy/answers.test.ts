import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { parseTrustedProxies } from '@rondo/shared/http/client-address';
import { listen, openGateway } from '../support/gateway.ts';
import { openRaw } from '../support/raw-connection.ts';

test('one request is one request to the service, also after 503 with Retry-After and after a cut connection', async (t) => {
  const requests: string[] = [];
  const { url: service } = await listen(t, (request, response) => {
    requests.push(request.url ?? '');
    if (request.url?.includes('cut')) return void request.socket.destroy();
    response.writeHead(503, { 'retry-after': '1' }).end('{"code":"unavailable"}');
  });
  const { url } = await openGateway(t, { 'todo-service': service });
  const busy = await fetch(`${url}/api/v1/tasks?busy`);
  assert.deepEqual([busy.status, busy.headers.get('retry-after')], [503, '1']);
  assert.equal((await fetch(`${url}/api/v1/tasks?cut`)).status, 503);
  assert.deepEqual(requests, ['/api/v1/tasks?busy', '/api/v1/tasks?cut']);
});

test('a change that a service has and does not answer may have been made, and the answer says so', async (t) => {
  const { url: service } = await listen(t, (request) => {
    if (request.url?.includes('cut')) request.socket.destroy();
  });
  const services = { 'todo-service': service };
  const { url } = await openGateway(t, services, { deadlines: { answerMs: 500 } });
  const detailOf = async (path: string, init: RequestInit) => {
    const answer = await fetch(`${url}${path}`, init);
    assert.equal(answer.status, 503);
    return ((await answer.json()) as { detail: string }).detail;
  };
  for (const path of ['/api/v1/tasks?cut', '/api/v1/tasks?frozen']) {
    const keyed = { 'idempotency-key': 'a' };
    assert.match(await detailOf(path, { method: 'POST' }), /may have been made\. Look before you repeat/);
    assert.match(
      await detailOf(path, { method: 'POST', headers: keyed }),
      /made\. Repeat .* Idempotency-Key/,
    );
    assert.doesNotMatch(await detailOf(path, {}), /may have been made/);
  }
});

test('304 and HEAD come without a body, and the connection goes on', async (t) => {
  const { url: service } = await listen(t, (request, response) => {
    response.setHeader('etag', '"1"');
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else response.writeHead(200, { 'content-length': '5' }).end('whole');
  });
  const { url } = await openGateway(t, { 'todo-service': service });
  const client = openRaw(t, url);
  for (const method of ['GET', 'HEAD']) {
    client.send([`${method} /api/v1/tasks/1 HTTP/1.1`, 'if-none-match: "1"']);
    const { status, head, body } = await client.answer();
    assert.deepEqual([status, body], [304, '']);
    assert.match(head, /^etag: "1"$/im);
    assert.doesNotMatch(head, /^(content-length|transfer-encoding):/im);
  }
  const head = await fetch(`${url}/api/v1/tasks/1`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '5', '']);
  assert.equal(await (await fetch(`${url}/api/v1/tasks/1`)).text(), 'whole');
});

test('a frozen service is 503 at the deadline, and other services go on', async (t) => {
  const frozen = await listen(t, () => undefined);
  const well = await listen(t, (_request, response) => response.end('"well"'));
  const services = { 'todo-service': frozen.url, 'audit-service': well.url };
  const { url } = await openGateway(t, services, { deadlines: { answerMs: 1_000 } });
  const stuck = Array.from({ length: 100 }, () => fetch(`${url}/api/v1/tasks`));
  assert.equal((await fetch(`${url}/api/v1/audit`)).status, 200);
  for (const answer of await Promise.all(stuck)) {
    assert.equal(answer.status, 503);
    assert.equal(((await answer.json()) as { code: string }).code, 'unavailable');
  }
});

test('a path with a time of its own, such as that of imports, may take longer', async (t) => {
  const slow = new Set<() => void>();
  const { url: service } = await listen(t, (request, response) => {
    request.resume();
    slow.add(() => response.end('{"imported":1}'));
  });
  const services = { 'todo-service': service };
  const { url } = await openGateway(t, services, { deadlines: { answerMs: 100 } });
  const imported = fetch(`${url}/api/v1/imports`, { method: 'POST', body: 'a' });
  await eventually(() => slow.size === 1);
  assert.equal((await fetch(`${url}/api/v1/tasks`)).status, 503, 'the usual time is over');
  for (const answer of slow) answer();
  assert.equal((await imported).status, 200);
});

test('a client that leaves ends its request to the service', async (t) => {
  let open = 0;
  const { url: service } = await listen(t, (_request, response) => {
    open += 1;
    response.once('close', () => (open -= 1));
  });
  const { url } = await openGateway(t, { 'todo-service': service });
  const leaving = new AbortController();
  const asked = fetch(`${url}/api/v1/tasks`, { signal: leaving.signal });
  await eventually(() => open === 1);
  leaving.abort();
  await assert.rejects(asked);
  await eventually(() => open === 0);
});

test('a slow reader is waited for without its answer in memory, and closed if it reads nothing for too long', async (t) => {
  const part = Buffer.alloc(1024 * 1024);
  let sent = 0;
  let isCut = false;
  const { url: service } = await listen(t, (_request, response) => {
    response.once('close', () => (isCut = !response.writableFinished));
    const more = () => {
      while (sent < 300 && !response.destroyed) {
        sent += 1;
        if (!response.write(part)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  const { url } = await openGateway(t, { 'todo-service': service }, { deadlines: { idleMs: 1_000 } });
  const client = openRaw(t, url);
  client.socket.pause();
  client.send(['GET /api/v1/changes HTTP/1.1']);
  await eventually(() => isCut);
  assert.ok(sent < 50, `${sent} MiB were taken from the service`);
});

test('the service learns the client from the gateway only, and a client can not pretend to be another', async (t) => {
  const { url: service } = await listen(t, ({ headers }, response) =>
    response.end(
      JSON.stringify([
        headers['x-forwarded-for'],
        headers['x-forwarded-proto'],
        headers.forwarded,
        headers['x-hop'],
      ]),
    ),
  );
  const headers = {
    'x-forwarded-for': '203.0.113.9, 198.51.100.7',
    'x-forwarded-proto': 'https',
    forwarded: 'for=203.0.113.9',
  };
  const services = { 'todo-service': service };
  const seenBy = async (url: string) => (await fetch(`${url}/api/v1/tasks`, { headers })).json();
  const direct = await openGateway(t, services);
  assert.deepEqual(await seenBy(direct.url), ['127.0.0.1', 'http', null, null]);
  const behind = await openGateway(t, services, { trustedProxies: parseTrustedProxies('loopback') });
  assert.deepEqual(await seenBy(behind.url), ['198.51.100.7', 'https', null, null]);
  const twoHops = await openGateway(t, services, { trustedProxies: parseTrustedProxies('2') });
  assert.deepEqual(await seenBy(twoHops.url), ['203.0.113.9', 'https', null, null]);

  const client = openRaw(t, direct.url);
  client.send(['GET /api/v1/tasks HTTP/1.1', 'connection: keep-alive, x-hop', 'x-hop: 1']);
  assert.deepEqual(JSON.parse((await client.answer()).body), ['127.0.0.1', 'http', null, null]);
});

test('a method that a path does not support is 405 with those that it does', async (t) => {
  const { url } = await openGateway(t);
  const answers = [
    ['POST', '/health', 'GET, HEAD'],
    ['DELETE', '/docs', 'GET, HEAD'],
    ['TRACE', '/api/v1/tasks', 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'],
  ] as const;
  for (const [method, path, allow] of answers) {
    const client = openRaw(t, url);
    client.send([`${method} ${path} HTTP/1.1`, 'connection: close']);
    const { status, head, body } = await client.answer();
    assert.equal(status, 405, path);
    assert.ok(head.toLowerCase().includes(`allow: ${allow}`.toLowerCase()), head);
    assert.equal((JSON.parse(body) as { code: string }).code, 'method-not-allowed');
  }
});

test('what is not one unambiguous request is refused, and never reaches a service', async (t) => {
  const requests: string[] = [];
  const { url: service } = await listen(t, (request, response) => {
    requests.push(request.url ?? '');
    response.end('{}');
  });
  const { url } = await openGateway(t, { 'todo-service': service });
  const start = 'POST /api/v1/tasks HTTP/1.1';
  const ambiguous: [string, string[], number][] = [
    ['two hosts', ['GET /api/v1/tasks HTTP/1.1', 'host: a', 'host: b'], 400],
    ['two lengths', [start, 'content-length: 3', 'content-length: 30'], 400],
    ['a length and chunks', [start, 'content-length: 3', 'transfer-encoding: chunked'], 400],
    ['an unknown encoding', [start, 'transfer-encoding: chunked, identity'], 400],
    ['a space before the colon', ['GET /api/v1/tasks HTTP/1.1', 'x-a : b'], 400],
    ['a folded header', ['GET /api/v1/tasks HTTP/1.1', 'x-a: b', ' content-length: 9'], 400],
    ['20 KiB of headers', ['GET /api/v1/tasks HTTP/1.1', `x-a: ${'b'.repeat(20_000)}`], 431],
    ['no HTTP', ['hello'], 400],
  ];
  for (const [what, lines, expected] of ambiguous) {
    const client = openRaw(t, url);
    const hasBody = lines[0] === start;
    client.send(lines, hasBody ? '0\r\n\r\nGET /api/v1/tasks?smuggled HTTP/1.1\r\nhost: a\r\n\r\n' : '');
    const { status, head } = await client.answer();
    assert.equal(status, expected, what);
    assert.match(head, /^content-type: application\/problem\+json/im, what);
  }
  assert.deepEqual(requests, []);
});

test('an absolute request target and a query are passed on as they are', async (t) => {
  const { url: service } = await listen(t, (request, response) => response.end(JSON.stringify(request.url)));
  const { url } = await openGateway(t, { 'todo-service': service });
  const targets = [
    ['http://rondo.example/api/v1/tasks?q=%20a+b&&c', '/api/v1/tasks?q=%20a+b&&c'],
    ['/api/v1/tasks/%2e%2e/x', '/api/v1/tasks/%2e%2e/x'],
    ['/api/v1/tasks/', '/api/v1/tasks/'],
  ] as const;
  for (const [target, seen] of targets) {
    const client = openRaw(t, url);
    client.send([`GET ${target} HTTP/1.1`, 'connection: close']);
    assert.equal(JSON.parse((await client.answer()).body), seen);
  }
});
