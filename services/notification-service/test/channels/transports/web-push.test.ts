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

/** Converts the uncompressed point of a P-256 key (RFC 8292 section 3.2) for jose. */
function publicKeyOf(text: string) {
  const point = Buffer.from(text, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  return importJWK({ kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' }, 'ES256');
}

describe('the web push channel', () => {
  test('encrypts the payload for this browser', async (t) => {
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
    const { data: _data, taskId, occurredAt, ...expected } = aMessage();
    assert.deepEqual(JSON.parse(browser.decrypt(request.body)), {
      ...expected,
      task_id: taskId,
      occurred_at: occurredAt,
    });
  });

  test('signs with VAPID for this push service only', async (t) => {
    const service = await startReceiver(t);
    await openPush(t).send(aMessage(), browser.target(`${service.url}/push/abc`), attempt);
    const authorization = service.received[0]?.headers.authorization ?? '';
    const [, token = '', key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(authorization) ?? [];
    assert.equal(key, vapid.publicKey);
    const { payload, protectedHeader } = await jwtVerify(token, await publicKeyOf(vapid.publicKey));
    assert.equal(protectedHeader.alg, 'ES256');
    assert.equal(payload.aud, service.url);
    assert.equal(payload.sub, vapid.subject);
  });

  test('uses one topic per message on all attempts', async (t) => {
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
    ['multi-byte characters', '🌱'.repeat(2_000), '🪴'.repeat(2_000)],
    ['characters that JSON escapes with six', '\u0001'.repeat(5_000), '\u0001"\n'.repeat(5_000)],
  ];
  for (const [what, title, body] of long)
    test(`truncates ${what} to the size that every push service accepts`, async (t) => {
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
      if (body.length > 1_000) assert.ok(Buffer.byteLength(text) > 2_900, 'it cuts no more than necessary');
    });

  const otherKey = /key of this server.*Turn on notifications in the browser again/;
  const answers: [code: number, reason: RegExp, expected: Record<string, unknown>][] = [
    [400, /400/, { isPermanent: true, isRefused: true }],
    [401, otherKey, { isPermanent: true, isGone: true }],
    [403, otherKey, { isPermanent: true, isGone: true }],
    [404, /404/, { isPermanent: false, isRefused: true, retryAfterMs: 60_000 }],
    [410, /has ended/, { isPermanent: true, isGone: true }],
    [413, /413/, { isPermanent: true, isRefused: true }],
    [429, /429/, { isPermanent: false, retryAfterMs: 60_000 }],
    [500, /500/, { isPermanent: false, retryAfterMs: 60_000 }],
  ];
  for (const [code, expectedReason, expected] of answers)
    test(`treats ${code} of a push service as ${JSON.stringify(expected)}`, async (t) => {
      const service = await startReceiver(t, (response) =>
        response.writeHead(code, { 'retry-after': '60' }).end(),
      );
      const outcome = await openPush(t).send(aMessage(), browser.target(service.url), attempt);
      assert.equal(outcome.status, 'failed');
      const { reason, status: _status, ...rest } = outcome;
      assert.match(reason, expectedReason);
      assert.deepEqual(rest, expected);
    });

  test('refuses a private address', async (t) => {
    const service = await startReceiver(t);
    const refusing: GuardedFetch = openHttp(t, 1_000, false);
    const push = createWebPushChannel({ http: refusing, vapid });
    const outcome = await push.send(aMessage(), browser.target(service.url), attempt);
    assert.equal(outcome.status === 'failed' && outcome.isPermanent, true);
    assert.deepEqual(service.received, []);
  });

  test('fails permanently for an invalid subscription', async (t) => {
    const service = await startReceiver(t);
    const target = browser.target(service.url);
    for (const wrong of [{ p256dh: 'AAAA' }, { auth: '' }, { endpoint: '' }]) {
      const outcome = await openPush(t).send(aMessage(), { ...target, ...wrong }, attempt);
      assert.equal(outcome.status === 'failed' && outcome.isPermanent, true);
    }
    assert.deepEqual(service.received, []);
  });

  test('throws for invalid VAPID keys', async (t) => {
    const http = openHttp(t);
    for (const wrong of [{ publicKey: 'AAAA' }, { privateKey: '' }, { subject: 'ops@example.org' }])
      assert.throws(() => createWebPushChannel({ http, vapid: { ...vapid, ...wrong } }), {
        code: 'invalid-configuration',
      });
  });
});
