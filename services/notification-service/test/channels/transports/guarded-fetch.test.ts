import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import type { LookupAddress } from 'node:dns';
import { createGuardedFetch, type GuardedFetchOptions } from '../../../src/channels/transports/guarded-fetch.ts';
import { startMailServer } from '../../support/mail-server.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

const content = { headers: { 'content-type': 'text/plain' }, body: 'hello' };

function open(t: TestContext, options: GuardedFetchOptions) {
  const http = createGuardedFetch({ timeout_ms: 1_000, ...options });
  t.after(() => http[Symbol.asyncDispose]());
  return http;
}

/** A resolver that gives these answers, one after the other, and then the last one for ever. */
function scriptedLookup(...answers: string[][]) {
  const asked: string[] = [];
  const lookup: GuardedFetchOptions['lookup'] = (host, _options, callback) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(host);
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup, asked };
}

describe('guarded fetch', () => {
  test('posts to an allowed address and says what was answered', async (t) => {
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(503, { 'retry-after': '7' }).end('busy'),
    );
    const answer = await openHttp(t).post(`${receiver.url}/hook?a=1`, content);
    assert.deepEqual(answer, { status: 'answered', code: 503, retry_after: '7' });
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
    test(`refuses ${url || 'nothing'} before a name is resolved`, async (t) => {
      const { lookup, asked } = scriptedLookup(['1.1.1.1']);
      const answer = await open(t, { allow_private: true, lookup }).post(url, content);
      assert.equal(answer.status === 'failed' && answer.is_permanent, true);
      assert.deepEqual(asked, []);
    });

  // Every spelling that a URL parser takes for the address of this machine.
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
    test(`refuses ${host}, which no resolver is asked for`, async (t) => {
      const receiver = await startReceiver(t);
      const answer = await open(t, { allow_private: false }).post(
        `https://${host}:${receiver.port}/`,
        content,
      );
      assert.equal(answer.status, 'failed');
      assert.match(answer.reason, /is not an address that may be reached/);
      assert.equal(answer.is_permanent, true);
    });

  test('refuses a name that leads inside', async (t) => {
    const receiver = await startReceiver(t);
    const http = open(t, { allow_private: false });
    const answer = await http.post(`https://localhost:${receiver.port}/`, content);
    assert.equal(answer.status === 'failed' && answer.is_permanent, true);
  });

  test('uses plain http for what is allowed alone', async (t) => {
    const { lookup } = scriptedLookup(['1.1.1.1']);
    const http = open(t, { allow_private: true, lookup });
    for (const url of ['http://1.1.1.1/', 'http://receiver.example/']) {
      const answer = await http.post(url, content);
      assert.equal(answer.status === 'failed' && answer.is_permanent, true, url);
    }
  });

  test('connects to the very address that it has judged: the name is resolved once', async (t) => {
    const receiver = await startReceiver(t);
    const { lookup, asked } = scriptedLookup(['127.0.0.1'], ['10.0.0.1']);
    const http = open(t, { allow_private: ['127.0.0.0/8'], lookup });
    const answer = await http.post(`http://receiver.example:${receiver.port}/`, content);
    assert.equal(answer.status === 'answered' && answer.code, 204);
    assert.equal(receiver.received[0]?.headers.host, `receiver.example:${receiver.port}`);
    assert.deepEqual(asked, ['receiver.example']);
  });

  test('is not rebound: a good answer for the check and 127.0.0.1 for the connection lead nowhere', async (t) => {
    const receiver = await startReceiver(t);
    // 240.0.0.1 is allowed here, and nobody is there.
    const { lookup, asked } = scriptedLookup(['240.0.0.1'], ['127.0.0.1']);
    const http = open(t, { allow_private: ['240.0.0.0/4'], lookup, timeout_ms: 300 });
    const url = `http://rebound.example:${receiver.port}/`;
    const first = await http.post(url, content);
    assert.equal(first.status === 'failed' && !first.is_permanent, true);
    assert.equal(asked.length, 1);
    const second = await http.post(url, content);
    assert.equal(second.status === 'failed' && second.is_permanent, true);
    assert.deepEqual(receiver.received, []);
  });

  for (const answers of [
    ['127.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
  ])
    test(`refuses a name with one bad address among its good ones: ${answers.join(', ')}`, async (t) => {
      const receiver = await startReceiver(t);
      const { lookup } = scriptedLookup(answers);
      const http = open(t, { allow_private: ['127.0.0.0/8'], lookup });
      const answer = await http.post(`http://mixed.example:${receiver.port}/`, content);
      assert.equal(answer.status === 'failed' && answer.is_permanent, true);
      assert.deepEqual(receiver.received, []);
    });

  test('speaks to nobody whose certificate nobody vouches for', async (t) => {
    // Any TLS server will do: the handshake is as far as it gets.
    const { port } = await startMailServer(t, { secure: true });
    const answer = await openHttp(t).post(`https://127.0.0.1:${port}/`, content);
    assert.equal(answer.status, 'failed');
    assert.match(answer.reason, /CERT/);
  });

  test('follows no redirect', async (t) => {
    const inside = await startReceiver(t);
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(307, { location: inside.url }).end(),
    );
    const answer = await openHttp(t).post(receiver.url, content);
    assert.equal(answer.status === 'answered' && answer.code, 307);
    assert.deepEqual(inside.received, []);
  });

  test('reads a little of an endless body, and hangs up', async (t) => {
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
    // What the system's buffers took in comes on top of what was read.
    assert.ok((await hungUp) < 16 * 1024 * 1024);
  });

  test('takes the status for the answer when the body never ends, not even at its deadline', async (t) => {
    const receiver = await startReceiver(t, (response) => {
      response.writeHead(200);
      // Often enough that no pause between two bytes is too long.
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const answer = await openHttp(t, 300).post(receiver.url, content);
    assert.equal(answer.status === 'answered' && answer.code, 200);
  });

  test('gives up at its deadline, and that may pass', async (t) => {
    const receiver = await startReceiver(t, () => undefined);
    const answer = await openHttp(t, 200).post(receiver.url, content);
    assert.deepEqual(answer, {
      status: 'failed',
      reason: 'There was no answer within 0.2 s.',
      is_permanent: false,
    });
  });

  test('gives up on a resolver that does not answer', async (t) => {
    const http = open(t, { allow_private: false, timeout_ms: 200, lookup: () => undefined });
    const answer = await http.post('https://receiver.example/', content);
    assert.equal(answer.status === 'failed' && !answer.is_permanent, true);
  });

  test('takes a refused or broken connection, or an unknown name, for something that may pass', async (t) => {
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
    assert.equal(broken.status === 'failed' && !broken.is_permanent, true);
    assert.ok(connections > 0);
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const refused = await http.post(`http://127.0.0.1:${port}/`, content);
    assert.equal(refused.status === 'failed' && !refused.is_permanent, true);
    const unknown = open(t, {
      allow_private: false,
      lookup: (_host, _options, callback) =>
        callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []),
    });
    assert.deepEqual(await unknown.post('https://nowhere.example/', content), {
      status: 'failed',
      reason: 'The connection failed: ENOTFOUND.',
      is_permanent: false,
    });
  });

  test('refuses a header that would begin another one', async (t) => {
    const receiver = await startReceiver(t);
    const answer = await openHttp(t).post(receiver.url, {
      headers: { authorization: 'Bearer x\r\nhost: evil' },
      body: '',
    });
    assert.equal(answer.status === 'failed' && answer.is_permanent, true);
    assert.deepEqual(receiver.received, []);
  });
});
