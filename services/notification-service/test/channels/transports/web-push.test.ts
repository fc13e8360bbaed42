import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { importJWK, jwtVerify } from 'jose';
import { createWebPushChannel, generateVapidKeys } from '../../../src/channels/transports/web-push.ts';
import type { GuardedFetch } from '../../../src/channels/transports/guarded-fetch.ts';
import { createBrowser } from '../../support/browser.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

const vapid = { subject: 'mailto:ops@example.org', ...generateVapidKeys() };
const browser = createBrowser();

function openPush(t: TestContext) {
  return createWebPushChannel({ http: openHttp(t), vapid });
}

/** The uncompressed point of a P-256 key (RFC 8292 section 3.2) as the key that jose takes. */
function publicKeyOf(text: string) {
  const point = Buffer.from(text, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  return importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256');
}

describe('the web push channel', () => {
  test('sends what only this browser can read', async (t) => {
    const service = await startReceiver(t, (response) => response.writeHead(201).end());
    const target = browser.target(`${service.url}/push/abc`);
    assert.deepEqual(await openPush(t).send(aMessage(), target, attempt), { status: 'sent' });
    const [request] = service.received;
    assert.ok(request);
    assert.equal(request.path, '/push/abc');
    assert.equal(request.headers['content-encoding'], 'aes128gcm');
    assert.equal(request.headers['ttl'], '86400');
    assert.equal(request.headers['urgency'], 'high');
    assert.ok(!request.body.includes('plants'));
    const { data: _machines, ...expected } = aMessage();
    assert.deepEqual(JSON.parse(browser.decrypt(request.body)), expected);
  });

  test('says who pushes, to this push service alone', async (t) => {
    const service = await startReceiver(t);
    await openPush(t).send(aMessage(), browser.target(`${service.url}/push/abc`), attempt);
    const authorization = service.received[0]?.headers.authorization ?? '';
    const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
    assert.equal(key, vapid.public_key);
    const { payload, protectedHeader } = await jwtVerify(token, await publicKeyOf(vapid.public_key));
    assert.equal(protectedHeader.alg, 'ES256');
    assert.equal(payload.aud, service.url);
    assert.equal(payload.sub, vapid.subject);
  });

  test('has one topic for all attempts of a message, and another for another message', async (t) => {
    const service = await startReceiver(t);
    const push = openPush(t);
    const target = browser.target(service.url);
    for (const id of [aMessage().id, aMessage().id, 'an id that is not base64url, ä, and longer than 32'])
      await push.send(aMessage({ id }), target, attempt);
    const [first, again, other] = service.received.map(({ headers }) => String(headers['topic']));
    assert.equal(first, again);
    assert.notEqual(first, other);
    for (const topic of [first, other]) assert.match(topic ?? '', /^[A-Za-z0-9_-]{1,32}$/);
  });

  const long: [what: string, title: string, body: string][] = [
    ['a long body', 'Title', 'word '.repeat(2_000)],
    ['a long title', 'T'.repeat(5_000), 'Body'],
    ['letters of many bytes', '🌱'.repeat(2_000), '🪴'.repeat(2_000)],
    ['what JSON writes in six', '\u0001'.repeat(5_000), '\u0001"\n'.repeat(5_000)],
  ];
  for (const [what, title, body] of long)
    test(`shortens ${what} to what every push service takes`, async (t) => {
      const service = await startReceiver(t);
      const target = browser.target(service.url);
      assert.deepEqual(await openPush(t).send(aMessage({ title, body }), target, attempt), {
        status: 'sent',
      });
      const text = browser.decrypt(service.received[0]?.body ?? Buffer.alloc(0));
      assert.ok(Buffer.byteLength(text) <= 3_000);
      const payload = JSON.parse(text) as { id: string; title: string; body: string };
      assert.equal(payload.id, aMessage().id);
      for (const [given, shortened] of [
        [title, payload.title],
        [body, payload.body],
      ] as const) {
        assert.ok(given === shortened || given.startsWith(shortened.replace(/…$/, '')));
        assert.ok(shortened.isWellFormed());
      }
      if (body.length > 1_000)
        assert.ok(Buffer.byteLength(text) > 2_900, 'no more is left out than has to be');
    });

  const answers: [code: number, expected: Record<string, unknown>][] = [
    [400, { is_permanent: true }],
    [403, { is_permanent: true }],
    [404, { is_permanent: true, is_gone: true }],
    [410, { is_permanent: true, is_gone: true }],
    [413, { is_permanent: true }],
    [429, { is_permanent: false, retry_after_ms: 60_000 }],
    [500, { is_permanent: false }],
  ];
  for (const [code, expected] of answers)
    test(`takes ${code} of a push service for ${JSON.stringify(expected)}`, async (t) => {
      const service = await startReceiver(t, (response) =>
        response.writeHead(code, { 'retry-after': '60' }).end(),
      );
      const outcome = await openPush(t).send(aMessage(), browser.target(service.url), attempt);
      assert.deepEqual(outcome, {
        status: 'failed',
        reason: `The receiver answered ${code}.`,
        ...expected,
      });
    });

  test('does not push inside', async (t) => {
    const service = await startReceiver(t);
    const refusing: GuardedFetch = openHttp(t, 1_000, false);
    const push = createWebPushChannel({ http: refusing, vapid });
    const outcome = await push.send(aMessage(), browser.target(service.url), attempt);
    assert.equal(outcome.status === 'failed' && outcome.is_permanent, true);
    assert.deepEqual(service.received, []);
  });

  test('takes keys that are none for the end of it', async (t) => {
    const service = await startReceiver(t);
    const target = browser.target(service.url);
    for (const wrong of [{ p256dh: 'AAAA' }, { auth: '' }, { endpoint: '' }]) {
      const outcome = await openPush(t).send(aMessage(), { ...target, ...wrong }, attempt);
      assert.equal(outcome.status === 'failed' && outcome.is_permanent, true);
    }
    assert.deepEqual(service.received, []);
  });

  test('does not begin without VAPID keys', async (t) => {
    const http = openHttp(t);
    for (const wrong of [{ public_key: 'AAAA' }, { private_key: '' }, { subject: 'ops@example.org' }])
      assert.throws(() => createWebPushChannel({ http, vapid: { ...vapid, ...wrong } }), {
        code: 'invalid-configuration',
      });
  });
});
