/** A body that does not come takes nothing that others need. */
import assert from 'node:assert/strict';
import type { RequestListener, ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import { nameHolder } from '@rondo/shared/http/held-body';
import { eventually } from '@rondo/shared/test/eventually';
import { listen, names, openGateway } from '../support/gateway.ts';
import type { GatewayOptions } from '../../src/gateway.ts';
import { openRaw, type RawConnection } from '../support/raw-connection.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const none = { maxConnectionsPerAddress: 0, maxRequestsPerAddress: 0, maxRequests: 0 };

const answering: RequestListener = (request, response) =>
  request.resume().on('end', () => response.end('{}'));

type Begun = {
  path?: string;
  bytes: number;
  body?: string;
  token?: string;
  headers?: string[];
  localAddress?: string;
};

/** Opens a gateway whose ticks are those of the test, and clients that have gone when it stops. */
async function open(
  t: TestContext,
  { service, ...options }: Partial<GatewayOptions> & { service?: RequestListener } = {},
) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const clients: RawConnection[] = [];
  t.after(() => {
    t.mock.timers.reset();
    for (const { socket } of clients) socket.destroy();
  });
  const services = service ? { 'todo-service': (await listen(t, service)).url } : {};
  const { url } = await openGateway(t, services, options);
  const tick = () => t.mock.timers.tick(1_000);
  return {
    url,
    tick,
    /** Sends the head of a POST, and as much of its body as is given. */
    begin({
      path = '/api/v1/tasks',
      bytes,
      body = '',
      token,
      headers = [],
      localAddress = '127.0.0.1',
    }: Begun) {
      const client = openRaw(t, url, { localAddress });
      clients.push(client);
      const authorization = token === undefined ? [] : [`authorization: Bearer ${token}`];
      client.send([`POST ${path} HTTP/1.1`, ...authorization, ...headers, `content-length: ${bytes}`], body);
      return client;
    },
  };
}

const post = async (url: string, bytes: number, path = '/api/v1/tasks') =>
  (await fetch(`${url}${path}`, { method: 'POST', body: Buffer.alloc(bytes) })).status;

const dropped = (clients: RawConnection[]) => clients.filter(({ received }) => received() !== '');

/** Sends one more until one of the others makes room: then all of them have been read, and there was no room left. */
async function untilFull(clients: RawConnection[], more: () => Promise<number>): Promise<void> {
  await eventually(async () => {
    assert.equal(await more(), 200);
    return dropped(clients).length > 0;
  });
}

test('a slow body makes room for another, and is 503; the one that lacks most for the longest time goes first', async (t) => {
  const { url, begin } = await open(t, { service: answering });
  const almost = begin({ bytes: 64 * kibibyte, headers: ['expect: 100-continue'] });
  assert.equal((await almost.answer()).status, 100);
  almost.socket.write(' '.repeat(64 * kibibyte - 1));
  const slow = Array.from({ length: 63 }, () => begin({ bytes: 64 * kibibyte, body: '{' }));
  await untilFull(slow, () => post(url, 64 * kibibyte));
  for (let n = 0; n < 10; n += 1) assert.equal(await post(url, 64 * kibibyte), 200);
  const [first] = dropped(slow);
  assert.ok(first);
  const { status, head, body } = await first.answer();
  assert.equal(status, 503);
  assert.match(head, /^retry-after: 1$/im);
  assert.equal((JSON.parse(body) as { code: string }).code, 'unavailable');
  await eventually(first.isClosed);
  assert.ok(dropped(slow).length < 63, 'one goes for each that needs its room');
  almost.socket.write(' ');
  assert.equal((await almost.answer()).status, 200);
});

test('the address with the most makes room', async (t) => {
  const { url, begin } = await open(t, { service: answering });
  const begun = (localAddress: string) => begin({ bytes: 64 * kibibyte, body: '{', localAddress });
  const few = Array.from({ length: 20 }, () => begun('127.0.0.2'));
  const many = Array.from({ length: 44 }, () => begun('127.0.0.3'));
  await untilFull(many, () => post(url, 64 * kibibyte));
  for (let n = 0; n < 10; n += 1) assert.equal(await post(url, 64 * kibibyte), 200);
  assert.equal(dropped(few).length, 0);
});

/** Opens a gateway before services of its process, which say that a token is its person and answer when the test says so. */
async function openInProcess(t: TestContext) {
  const waiting = new Map<string, ServerResponse[]>();
  const handle: RequestListener = (request, response) => {
    const person = (request.headers.authorization ?? '').slice('Bearer '.length, 'Bearer '.length + 3);
    nameHolder(request, person);
    request
      .on('error', () => undefined)
      .resume()
      .on('end', () => waiting.set(person, [...(waiting.get(person) ?? []), response]));
  };
  const { begin } = await open(t, { inProcess: new Map(names.map((name) => [name, handle])) });
  return { begin, waiting: (person: string) => waiting.get(person)?.filter(({ closed }) => !closed) ?? [] };
}

test('of complete bodies the newest of the person with the most makes room, whatever tokens they have', async (t) => {
  const { begin, waiting } = await openInProcess(t);
  const ofAda = Array.from({ length: 64 }, (_, nth) =>
    begin({ token: `ada-${nth}`, bytes: 64 * kibibyte, body: ' '.repeat(64 * kibibyte) }),
  );
  await eventually(() => waiting('ada').length === 64);
  const first = waiting('ada')[0];
  const ofBob = begin({ token: 'bob', bytes: 2, body: '{}' });
  await eventually(() => waiting('bob').length === 1);
  await eventually(() => waiting('ada').length === 63);
  assert.equal(dropped(ofAda).length, 1);
  for (const response of [...waiting('ada'), ...waiting('bob')]) response.end('{}');
  assert.equal((await ofBob.answer()).status, 200);
  assert.ok(first?.writableFinished);
});

test('a person whose complete bodies fill the limit is refused one more', async (t) => {
  const waiting: ServerResponse[] = [];
  const { begin } = await open(t, {
    service(request, response) {
      request.resume().on('end', () => waiting.push(response));
    },
  });
  const whole = { bytes: 64 * kibibyte, body: ' '.repeat(64 * kibibyte) };
  const clients = Array.from({ length: 64 }, () => begin(whole));
  await eventually(() => waiting.length === 64);
  assert.equal((await begin({ bytes: 2, body: '{}' }).answer()).status, 503);
  assert.equal(dropped(clients).length, 0);
  for (const response of waiting) response.end('{}');
  for (const { answer } of clients) assert.equal((await answer()).status, 200);
  const next = begin(whole);
  await eventually(() => waiting.length === 65);
  waiting[64]?.end('{}');
  assert.equal((await next.answer()).status, 200);
});

test('bodies of requests that wait for a turn of their token are counted', async (t) => {
  const { begin, waiting } = await openInProcess(t);
  const whole = { token: 'ada', bytes: 64 * kibibyte, body: ' '.repeat(64 * kibibyte) };
  const clients = Array.from({ length: 70 }, () => begin(whole));
  await eventually(() => waiting('ada').length === 8 && dropped(clients).length === 6);
});

test('512 MiB of large bodies that do not come make room', async (t) => {
  const { url, begin } = await open(t, { service: answering });
  const slow = Array.from({ length: 26 }, (_, nth) =>
    begin({
      path: '/api/v1/imports',
      bytes: 20 * mebibyte,
      body: '[',
      localAddress: `127.0.1.${1 + nth}`,
    }),
  );
  await eventually(() => dropped(slow).length === 1);
  for (let n = 0; n < 3; n += 1) assert.equal(await post(url, 20 * mebibyte, '/api/v1/imports'), 200);
  assert.ok(dropped(slow).length <= 3, 'each that came needed that of one other');
});

for (const [what, limits, more] of [
  ['all', { ...none, maxRequestsPerAddress: 200, maxRequests: 1_000 }, 0],
  ['an address', { ...none, maxRequestsPerAddress: 200 }, 200],
] as const)
  test(`requests without their bodies do not fill the limit of requests of ${what}`, async (t) => {
    const { url, begin } = await open(t, { service: answering, limits });
    const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'];
    const stuck = addresses.flatMap((localAddress) =>
      Array.from({ length: 200 }, () => begin({ bytes: 100, localAddress })),
    );
    const ofSame = Array.from({ length: more }, () => begin({ bytes: 100 }));
    const get = async () => (await fetch(`${url}/api/v1/tasks`)).status;
    await untilFull([...stuck, ...ofSame], get);
    for (let n = 0; n < 20; n += 1) assert.equal(await get(), 200);
  });

for (const [perTick, status] of [
  [8 * kibibyte, 200],
  [8 * kibibyte - 1, 408],
] as const)
  test(`a usual body of ${perTick} bytes in each second is ${status}`, async (t) => {
    let arrived = 0;
    const handle: RequestListener = (request, response) => {
      request
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => (arrived += chunk.length))
        .on('end', () => response.end('{}'));
    };
    const { tick, begin } = await open(t, { inProcess: new Map(names.map((name) => [name, handle])) });
    const client = begin({ bytes: 64 * kibibyte, body: '{' });
    await eventually(() => arrived === 1);
    tick();
    for (let seconds = 1; seconds <= (status === 200 ? 7 : 5); seconds += 1) {
      assert.equal(client.received(), '');
      client.socket.write(' '.repeat(perTick));
      await eventually(() => arrived === 1 + seconds * perTick);
      tick();
    }
    if (status === 200) client.socket.write(' '.repeat(8 * kibibyte - 1));
    const answer = await client.answer();
    assert.equal(answer.status, status);
    if (status === 200) return;
    const { code, detail } = JSON.parse(answer.body) as { code: string; detail: string };
    assert.deepEqual([code, detail], ['request-timeout', 'The body arrived more slowly than 8 KiB/s.']);
    await eventually(client.isClosed);
  });
