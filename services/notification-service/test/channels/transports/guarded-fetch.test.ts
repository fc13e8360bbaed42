import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import {
  createGuardedFetch,
  type GuardedFetchOptions,
} from '../../../src/channels/transports/guarded-fetch.ts';
import { inTurn, startDns, type DnsServer } from '../../support/dns-server.ts';
import { openNames } from '../../support/open-names.ts';
import { startMailServer } from '../../support/mail-server.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

const workspaceId = 'ada';
const content = { headers: { 'content-type': 'text/plain' }, body: 'hello', workspaceId };

function open(t: TestContext, { dns, ...options }: Partial<GuardedFetchOptions> & { dns?: DnsServer }) {
  const names = openNames(t, dns ? { servers: [dns.address], failureKeptMs: 0 } : {});
  const http = createGuardedFetch({ timeoutMs: 1_000, allowPrivate: false, names, ...options });
  t.after(() => http[Symbol.asyncDispose]());
  return http;
}

describe('guarded fetch', () => {
  test('posts to an allowed address and returns the answer', async (t) => {
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('busy'),
    );
    const answer = await openHttp(t).post(`${receiver.url}/hook?a=1`, content);
    assert.deepEqual(answer, { status: 'answered', code: 503, retryAfter: '7' });
    const [request] = receiver.received;
    assert.equal(request?.path, '/hook?a=1');
    assert.equal(request?.body.toString(), 'hello');
    assert.equal(request?.headers['content-type'], 'text/plain');
  });

  const refused = [
    'not a url',
    '',
    'ftp://example.org/',
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'https://user@example.org/',
    'https://:secret@example.org/',
  ];
  for (const url of refused)
    test(`refuses ${url || 'an empty URL'} before it resolves a name`, async (t) => {
      const dns = await startDns(t, () => ['1.1.1.1']);
      const answer = await open(t, { allowPrivate: true, dns }).post(url, content);
      assert.equal(answer.status === 'failed' && answer.isPermanent, true);
      assert.deepEqual(dns.asked, []);
    });

  // Every spelling that a URL parser reads as a loopback address.
  for (const host of [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0',
  ])
    test(`refuses ${host}, which needs no resolver`, async (t) => {
      const receiver = await startReceiver(t);
      const answer = await open(t, { allowPrivate: false }).post(
        `https://${host}:${receiver.port}/`,
        content,
      );
      assert.equal(answer.status, 'failed');
      assert.match(answer.reason, /Rondo does not connect to/);
      assert.equal(answer.isPermanent, true);
    });

  test('refuses a name that resolves to a private address', async (t) => {
    const receiver = await startReceiver(t);
    const http = open(t, { allowPrivate: false });
    const answer = await http.post(`https://localhost:${receiver.port}/`, content);
    assert.equal(answer.status === 'failed' && answer.isPermanent, true);
  });

  test('uses plain http only for allowed private addresses', async (t) => {
    const dns = await startDns(t, () => ['1.1.1.1']);
    const http = open(t, { allowPrivate: true, dns });
    for (const url of ['http://1.1.1.1/', 'http://receiver.example/']) {
      const answer = await http.post(url, content);
      assert.equal(answer.status === 'failed' && answer.isPermanent, true, url);
    }
  });

  test('resolves a name once and connects to the address that it checked', async (t) => {
    const receiver = await startReceiver(t);
    const dns = await startDns(t, inTurn(['127.0.0.1'], ['10.0.0.1']));
    const http = open(t, { allowPrivate: ['127.0.0.0/8'], dns });
    const answer = await http.post(`http://receiver.example:${receiver.port}/`, content);
    assert.equal(answer.status === 'answered' && answer.code, 204);
    assert.equal(receiver.received[0]?.headers.host, `receiver.example:${receiver.port}`);
    assert.deepEqual(dns.asked, ['receiver.example', 'receiver.example'], 'for IPv4 and for IPv6');
  });

  test('prevents DNS rebinding: a second answer of 127.0.0.1 is never connected to', async (t) => {
    const receiver = await startReceiver(t);
    // 240.0.0.1 is allowed here, and nothing listens there.
    const dns = await startDns(t, inTurn(['240.0.0.1'], ['127.0.0.1']));
    const http = open(t, { allowPrivate: ['240.0.0.0/4'], dns, timeoutMs: 300 });
    const url = `http://rebound.example:${receiver.port}/`;
    const first = await http.post(url, content);
    assert.equal(first.status === 'failed' && !first.isPermanent, true);
    assert.equal(dns.asked.length, 2);
    const second = await http.post(url, content);
    assert.equal(second.status === 'failed' && second.isPermanent, true);
    assert.deepEqual(receiver.received, []);
  });

  test('tries each address of a name, and no other one', async (t) => {
    const receiver = await startReceiver(t);
    // Nothing listens at the first one.
    const dns = await startDns(t, inTurn(['127.0.0.2', '127.0.0.1'], ['127.0.0.2']));
    const http = open(t, { allowPrivate: ['127.0.0.0/8'], dns });
    const url = (host: string) => `http://${host}:${receiver.port}/`;
    assert.equal((await http.post(url('two.example'), content)).status, 'answered');
    assert.equal((await http.post(url('one.example'), content)).status, 'failed');
    assert.equal(receiver.received.length, 1);
  });

  test('checks the addresses of a name also while a connection to it is open', async (t) => {
    const receiver = await startReceiver(t);
    const dns = await startDns(t, inTurn(['127.0.0.1'], ['10.0.0.1']));
    const http = open(t, { allowPrivate: ['127.0.0.0/8'], dns });
    const url = `http://receiver.example:${receiver.port}/`;
    assert.equal((await http.post(url, content)).status, 'answered');
    const second = await http.post(url, content);
    assert.equal(second.status === 'failed' && second.isPermanent, true);
    assert.equal(receiver.received.length, 1);
  });

  for (const answers of [
    ['127.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
  ])
    test(`refuses a name if any of its addresses is refused: ${answers.join(', ')}`, async (t) => {
      const receiver = await startReceiver(t);
      const dns = await startDns(t, () => answers);
      const http = open(t, { allowPrivate: ['127.0.0.0/8'], dns });
      const answer = await http.post(`http://mixed.example:${receiver.port}/`, content);
      assert.equal(answer.status === 'failed' && answer.isPermanent, true);
      assert.deepEqual(receiver.received, []);
    });

  test('refuses an untrusted certificate', async (t) => {
    // Any TLS server will do: the handshake fails.
    const { port } = await startMailServer(t, { secure: true });
    const answer = await openHttp(t).post(`https://127.0.0.1:${port}/`, content);
    assert.equal(answer.status, 'failed');
    assert.match(answer.reason, /CERT/);
  });

  test('does not follow redirects', async (t) => {
    const inside = await startReceiver(t);
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(307, { location: inside.url }).end(),
    );
    const answer = await openHttp(t).post(receiver.url, content);
    assert.equal(answer.status === 'answered' && answer.code, 307);
    assert.deepEqual(inside.received, []);
  });

  test('reads only the start of an endless body, then hangs up', async (t) => {
    const { promise: hungUp, resolve } = Promise.withResolvers<number>();
    const receiver = await startReceiver(t, (response) => {
      const chunk = Buffer.alloc(1_024, 'x');
      const pour = () => {
        while (response.write(chunk));
      };
      response.on('drain', pour);
      response.on('close', () => resolve(response.socket?.bytesWritten ?? 0));
      response.writeHead(200);
      pour();
    });
    const answer = await openHttp(t).post(receiver.url, content);
    assert.equal(answer.status === 'answered' && answer.code, 200);
    // The operating system's buffers add to what was read.
    assert.ok((await hungUp) < 16 * 1024 * 1024);
  });

  test('returns the status if the body does not end before the timeout', async (t) => {
    const receiver = await startReceiver(t, (response) => {
      response.writeHead(200);
      // Often enough that no idle timeout fires.
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const answer = await openHttp(t, 300).post(receiver.url, content);
    assert.equal(answer.status === 'answered' && answer.code, 200);
  });

  test('fails temporarily at the timeout', async (t) => {
    const receiver = await startReceiver(t, () => undefined);
    const answer = await openHttp(t, 200).post(receiver.url, content);
    assert.deepEqual(answer, {
      status: 'failed',
      reason: 'The receiver did not answer within 0.2 s.',
      isPermanent: false,
    });
  });

  test('fails temporarily if the resolver does not answer', async (t) => {
    const dns = await startDns(t, () => 'silence');
    const answer = await open(t, { timeoutMs: 200, dns }).post('https://receiver.example/', content);
    assert.deepEqual(answer, {
      status: 'failed',
      reason: 'The receiver did not answer within 0.2 s.',
      isPermanent: false,
    });
  });

  test('fails temporarily if the connection is refused or broken, or the name is unknown', async (t) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const http = openHttp(t);
    const broken = await http.post(`http://127.0.0.1:${port}/`, content);
    assert.equal(broken.status === 'failed' && !broken.isPermanent, true);
    assert.ok(connections > 0);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const refused = await http.post(`http://127.0.0.1:${port}/`, content);
    assert.equal(refused.status === 'failed' && !refused.isPermanent, true);
    const unknown = open(t, { dns: await startDns(t, () => 'unknown') });
    assert.deepEqual(await unknown.post('https://nowhere.example/', content), {
      status: 'failed',
      reason: 'The name of the receiver cannot be resolved: ENOTFOUND.',
      isPermanent: false,
    });
  });

  test('refuses a header that contains another one', async (t) => {
    const receiver = await startReceiver(t);
    const answer = await openHttp(t).post(receiver.url, {
      ...content,
      headers: { authorization: 'Bearer x\r\nhost: evil' },
    });
    assert.equal(answer.status === 'failed' && answer.isPermanent, true);
    assert.deepEqual(receiver.received, []);
  });
});
