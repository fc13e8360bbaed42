import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ServerResponse } from 'node:http';
import type { WebhookHeaders } from '../../../src/channels/transports/webhook-signature.ts';
import { generateWebhookSecret, signWebhook, verifyWebhook } from '../../../src/channels/transports/webhook-signature.ts';
import { createWebhookChannel } from '../../../src/channels/transports/webhook.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

const secret = generateWebhookSecret();

describe('the webhook channel', () => {
  test('posts the event, signed so that its receiver can verify it', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const target = { url: `${receiver.url}/hook`, secret };
    assert.deepEqual(await webhook.send(aMessage(), target, attempt), { status: 'sent' });
    const [request] = receiver.received;
    assert.ok(request);
    assert.equal(request.path, '/hook');
    assert.equal(request.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(request.body.toString()), {
      id: aMessage().id,
      type: 'notification.reminder',
      timestamp: aMessage().occurred_at,
      data: aMessage().data,
    });
    const headers = request.headers as Partial<WebhookHeaders>;
    assert.equal(headers['webhook-timestamp'], String(Math.floor(attempt.now.getTime() / 1000)));
    assert.equal(verifyWebhook(secret, headers, request.body.toString(), attempt.now), true);
    assert.equal(
      verifyWebhook(generateWebhookSecret(), headers, request.body.toString(), attempt.now),
      false,
    );
  });

  test('keeps id and body through attempts, and signs each anew', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const later = { number: 2, now: new Date(attempt.now.getTime() + 3_600_000) };
    for (const each of [attempt, later]) await webhook.send(aMessage(), { url: receiver.url, secret }, each);
    const [first, second] = receiver.received;
    assert.ok(first && second);
    assert.deepEqual(first.body, second.body);
    assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
    assert.notEqual(first.headers['webhook-signature'], second.headers['webhook-signature']);
    assert.equal(second.headers['rondo-attempt'], '2');
    assert.equal(
      verifyWebhook(secret, second.headers as Partial<WebhookHeaders>, second.body.toString(), later.now),
      true,
    );
  });

  const answers: [code: number, headers: Record<string, string>, outcome: Record<string, unknown>][] = [
    [200, {}, { status: 'sent' }],
    [299, {}, { status: 'sent' }],
    [302, { location: 'http://127.0.0.1/' }, { is_permanent: true }],
    [304, {}, { is_permanent: true }],
    [400, {}, { is_permanent: true }],
    [404, {}, { is_permanent: true, is_gone: undefined }],
    [408, {}, { is_permanent: false }],
    [410, {}, { is_permanent: true, is_gone: true }],
    [429, {}, { is_permanent: false, retry_after_ms: undefined }],
    [429, { 'retry-after': '30' }, { is_permanent: false, retry_after_ms: 30_000 }],
    [429, { 'retry-after': '86400' }, { retry_after_ms: 3_600_000 }],
    [429, { 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT' }, { retry_after_ms: 59_500 }],
    [429, { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, { retry_after_ms: 0 }],
    [429, { 'retry-after': 'soon' }, { retry_after_ms: undefined }],
    [500, { 'retry-after': '30' }, { is_permanent: false, retry_after_ms: undefined }],
    [503, { 'retry-after': '30' }, { is_permanent: false, retry_after_ms: 30_000 }],
  ];
  for (const [code, headers, expected] of answers)
    test(`takes ${[code, ...Object.values(headers)].join(', ')} for ${JSON.stringify(expected)}`, async (t) => {
      const receiver = await startReceiver(t, (response: ServerResponse) =>
        response.writeHead(code, headers).end(),
      );
      const webhook = createWebhookChannel({ http: openHttp(t) });
      const outcome = await webhook.send(aMessage(), { url: receiver.url, secret }, attempt);
      const found = Object.fromEntries(
        Object.keys(expected).map((key) => [key, (outcome as Record<string, unknown>)[key]]),
      );
      assert.deepEqual(found, expected);
      if (outcome.status === 'failed') assert.match(outcome.reason, new RegExp(String(code)));
    });

  test('says that redirects are not followed', async (t) => {
    const receiver = await startReceiver(t, (response) => response.writeHead(302, { location: '/' }).end());
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const outcome = await webhook.send(aMessage(), { url: receiver.url, secret }, attempt);
    assert.match(outcome.status === 'failed' ? outcome.reason : '', /redirects are not followed/);
    assert.equal(receiver.received.length, 1);
  });

  test('repeats nothing of what a receiver says', async (t) => {
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(400).end('the password is 1234'),
    );
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const outcome = await webhook.send(aMessage(), { url: receiver.url, secret }, attempt);
    assert.doesNotMatch(JSON.stringify(outcome), /1234/);
  });

  test('sends nothing unsigned', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = createWebhookChannel({ http: openHttp(t) });
    for (const wrong of ['', 'whsec_', 'whsec_c2hvcnQ=', secret.replace('whsec_', '')]) {
      const outcome = await webhook.send(aMessage(), { url: receiver.url, secret: wrong }, attempt);
      assert.equal(outcome.status === 'failed' && outcome.is_permanent, true);
    }
    assert.deepEqual(receiver.received, []);
  });
});

describe('the signature of a webhook', () => {
  const { now } = attempt;
  const body = '{"test": 2432232314}';
  const sign = () => {
    const headers = signWebhook(secret, { id: 'msg_1', body, now });
    assert.ok(headers);
    return headers;
  };
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

  test('is that of the Standard Webhooks specification', () => {
    const headers = signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body,
      now: new Date(1_614_265_330_000),
    });
    assert.equal(headers?.['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('holds for the very id, time and body', () => {
    const headers = sign();
    assert.equal(verifyWebhook(secret, headers, body, now), true);
    assert.equal(verifyWebhook(secret, headers, `${body} `, now), false);
    assert.equal(verifyWebhook(secret, { ...headers, 'webhook-id': 'msg_2' }, body, now), false);
    const other = String(Number(headers['webhook-timestamp']) + 1);
    assert.equal(verifyWebhook(secret, { ...headers, 'webhook-timestamp': other }, body, now), false);
  });

  test('holds for five minutes, to either side', () => {
    const headers = sign();
    const verdicts = [-301, -299, 299, 301].map((s) => verifyWebhook(secret, headers, body, after(s)));
    assert.deepEqual(verdicts, [false, true, true, false]);
  });

  test('is one of several while a secret is replaced', () => {
    const headers = sign();
    const other = signWebhook(generateWebhookSecret(), { id: 'msg_1', body, now })?.['webhook-signature'];
    const both = { ...headers, 'webhook-signature': `${other} v1a,x ${headers['webhook-signature']}` };
    assert.equal(verifyWebhook(secret, both, body, now), true);
    assert.equal(verifyWebhook(secret, { ...headers, 'webhook-signature': `${other}` }, body, now), false);
  });

  test('is not there without each of its headers', () => {
    const headers = sign();
    for (const name of Object.keys(headers)) {
      const { [name as keyof WebhookHeaders]: _left, ...others } = headers;
      assert.equal(verifyWebhook(secret, others, body, now), false, name);
    }
    assert.equal(verifyWebhook(secret, { ...headers, 'webhook-signature': '' }, body, now), false);
    assert.equal(verifyWebhook(secret, { ...headers, 'webhook-timestamp': 'NaN' }, body, now), false);
  });

  test('has secrets of 32 bytes that are never the same', () => {
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.notEqual(generateWebhookSecret(), generateWebhookSecret());
  });
});
