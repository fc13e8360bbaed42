import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { defaultBodyLimit, serviceRegistry } from '@rondo/shared/service-registry';
import { listen, openGateway } from '../support/gateway.ts';
import { openRaw } from '../support/raw-connection.ts';

const json = 'content-type: application/json';

/** Counts the requests that reach a service, and answers with the length of their bodies. */
function counting() {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end(JSON.stringify({ bytes, type: request.headers['content-type'] })));
  };
  return { requests, listener };
}

test('70 bodies that never end take no connection of a service, and end at the deadline with 408', async (t) => {
  const { requests, listener } = counting();
  const { url: service } = await listen(t, listener);
  const { url } = await openGateway(t, { 'todo-service': service }, { deadlines: { requestMs: 3_000 } });
  const stuck = Array.from({ length: 70 }, () => openRaw(t, url));
  for (const { send } of stuck)
    send(['POST /api/v1/tasks HTTP/1.1', json, 'content-length: 4000'], '{"title":');
  for (let n = 0; n < 5; n += 1) {
    const answer = await fetch(`${url}/api/v1/tasks`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.timeout(2_000),
    });
    assert.equal(answer.status, 200);
  }
  assert.equal(requests.length, 5);
  for (const { answer, isClosed } of stuck) {
    const { status, body } = await answer();
    assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [408, 'request-timeout']);
    await eventually(isClosed);
  }
  assert.equal(requests.length, 5);
});

test('headers that never end, and a connection that says nothing, end at their deadline', async (t) => {
  const { url } = await openGateway(t, {}, { deadlines: { headersMs: 500, requestMs: 1_000 } });
  const [slow, silent] = [openRaw(t, url), openRaw(t, url)];
  slow.socket.write('GET / HTTP/1.1\r\nx-a: b\r\n');
  assert.equal((await slow.answer()).status, 408);
  await eventually(slow.isClosed);
  await eventually(silent.isClosed);
});

test('a body is passed on byte by byte, with its type', async (t) => {
  const { listener } = counting();
  const { url: service } = await listen(t, listener);
  const { url } = await openGateway(t, { 'todo-service': service });
  for (const type of [
    'application/json; charset=utf-8',
    'application/merge-patch+json',
    'text/calendar',
    'a/b',
  ]) {
    const answer = await fetch(`${url}/api/v1/tasks`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{ "a" :  1}',
    });
    assert.deepEqual(await answer.json(), { bytes: 11, type });
  }
});

test('a body above the limit of its path is 413 at once, whether its length is announced or not', async (t) => {
  const { requests, listener } = counting();
  const { url: service } = await listen(t, listener);
  const { url } = await openGateway(t, { 'todo-service': service });
  const limits = [
    ['/api/v1/tasks', defaultBodyLimit],
    ...Object.entries(serviceRegistry.find(({ name }) => name === 'todo-service')?.bodyLimits ?? {}),
  ] as [string, number][];
  assert.deepEqual(
    limits.map(([, limit]) => limit),
    [64 * 1024, 4 * 1024 * 1024, 20 * 1024 * 1024, 20 * 1024 * 1024, 256 * 1024],
  );
  for (const [pattern, limit] of limits) {
    const path = pattern.replace('*', 'a.ics');
    const method = path.startsWith('/dav/') ? 'PUT' : 'POST';
    const announced = (bytes: number) => fetch(`${url}${path}`, { method, body: Buffer.alloc(bytes) });
    assert.deepEqual(await (await announced(limit)).json(), { bytes: limit });
    const refused = await announced(limit + 1);
    assert.equal(refused.status, 413, path);
    assert.equal(refused.headers.get('connection'), 'close');
    assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.match(((await refused.json()) as { code: string }).code, /too-large$/);
    const streamed = await fetch(`${url}${path}`, {
      method,
      body: new Blob([Buffer.alloc(limit + 1)]).stream(),
      duplex: 'half',
    } as RequestInit);
    assert.equal(streamed.status, 413, path);
  }
  assert.equal(requests.length, 5);
});

for (const [path, length] of [
  ['/api/v1/tasks', 5_000_000],
  ['/api/v1/calendar-import', 25_000_000],
  ['/api/v1/imports', 25_000_000],
] as const)
  test(`X8: a client that sends on after 413 gets the whole answer, and then the end of the connection (${path})`, async (t) => {
    const { url } = await openGateway(t);
    const client = openRaw(t, url, { allowHalfOpen: true });
    client.send([`POST ${path} HTTP/1.1`, json, `content-length: ${length}`]);
    const { status, head } = await client.answer();
    assert.equal(status, 413);
    assert.match(head, /^connection: close$/im);
    let sent = 0;
    for (; sent < 5_000_000 && !client.isClosed(); sent += 50_000) {
      const canGoOn = client.socket.write('x'.repeat(50_000));
      if (!canGoOn)
        await new Promise((resolve) => client.socket.once('drain', resolve).once('close', resolve));
    }
    assert.equal(sent, 5_000_000);
    await eventually(() => client.socket.readableEnded);
  });

test('Expect: 100-continue is answered, and the service gets the request without it', async (t) => {
  const { url: service } = await listen(t, (request, response) => {
    request
      .resume()
      .on('end', () => response.end(JSON.stringify({ expect: request.headers.expect ?? null })));
  });
  const { url } = await openGateway(t, { 'todo-service': service });
  const client = openRaw(t, url);
  client.send(['POST /api/v1/tasks HTTP/1.1', json, 'content-length: 2', 'expect: 100-continue']);
  assert.equal((await client.answer()).status, 100);
  client.socket.write('{}');
  const { status, body } = await client.answer();
  assert.deepEqual([status, JSON.parse(body)], [200, { expect: null }]);
});

test('a large body is passed on from its file, with its length, and takes no connection while it arrives', async (t) => {
  const seen: (string | undefined)[] = [];
  const { url: service } = await listen(t, (request, response) => {
    seen.push(request.headers['content-length']);
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end(String(bytes)));
  });
  const { url } = await openGateway(t, { 'todo-service': service });
  const slow = openRaw(t, url);
  slow.send(['POST /api/v1/tasks/bulk HTTP/1.1', json, 'content-length: 100000'], 'x'.repeat(99_999));
  const send = (init: RequestInit) =>
    fetch(`${url}/api/v1/tasks/bulk`, { method: 'POST', ...init }).then((answer) => answer.text());
  assert.equal(await send({ body: 'x'.repeat(4 * 1024 * 1024) }), '4194304');
  const chunked = new Blob(['x'.repeat(70_000)]).stream();
  assert.equal(await send({ body: chunked, duplex: 'half' } as RequestInit), '70000');
  assert.equal(await send({ body: 'x' }), '1');
  assert.deepEqual(seen, ['4194304', '70000', '1']);
  slow.socket.write('x');
  assert.equal((await slow.answer()).status, 200);
});
