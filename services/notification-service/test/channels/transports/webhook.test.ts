import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, mock, test, type TestContext } from 'node:test';
import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { createWebhookChannel, generateWebhookSecret } from '../../../src/channels/transports/webhook.ts';
import { aMessage, attempt } from '../../support/message.ts';
import { openHttp, startReceiver } from '../../support/receiver.ts';

const secret = generateWebhookSecret();

type Headers = Record<string, string>;

/** Whether a receiver that uses the reference library accepts a webhook at a moment. */
function isAccepted(signingSecret: string, headers: Headers, body: string, now: Date): boolean {
  mock.timers.enable({ apis: ['Date'], now });
  try {
    new Webhook(signingSecret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  } finally {
    mock.timers.reset();
  }
}

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
      timestamp: aMessage().occurredAt,
      data: aMessage().data,
    });
    const headers = request.headers as Headers;
    assert.equal(headers['webhook-timestamp'], String(Math.floor(attempt.now.getTime() / 1000)));
    assert.equal(isAccepted(secret, headers, request.body.toString(), attempt.now), true);
    assert.equal(isAccepted(generateWebhookSecret(), headers, request.body.toString(), attempt.now), false);
  });

  test('keeps id and body on each attempt, and signs each again', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const later = { ...attempt, number: 2, now: new Date(attempt.now.getTime() + 3_600_000) };
    for (const each of [attempt, later]) await webhook.send(aMessage(), { url: receiver.url, secret }, each);
    const [first, second] = receiver.received;
    assert.ok(first && second);
    assert.deepEqual(first.body, second.body);
    assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
    assert.notEqual(first.headers['webhook-signature'], second.headers['webhook-signature']);
    assert.equal(second.headers['rondo-attempt'], '2');
    assert.equal(isAccepted(secret, second.headers as Headers, second.body.toString(), later.now), true);
  });

  const answers: [code: number, headers: Record<string, string>, outcome: Record<string, unknown>][] = [
    [200, {}, { status: 'sent' }],
    [299, {}, { status: 'sent' }],
    [302, { location: 'http://127.0.0.1/' }, { isPermanent: true }],
    [304, {}, { isPermanent: true }],
    [400, {}, { isPermanent: true }],
    [404, {}, { isPermanent: false, isGone: undefined }],
    [408, {}, { isPermanent: false }],
    [410, {}, { isPermanent: true, isGone: true }],
    [429, {}, { isPermanent: false, retryAfterMs: undefined }],
    [429, { 'retry-after': '30' }, { isPermanent: false, retryAfterMs: 30_000 }],
    [429, { 'retry-after': '86400' }, { retryAfterMs: 3_600_000 }],
    [429, { 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT' }, { retryAfterMs: 59_500 }],
    [429, { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, { retryAfterMs: 0 }],
    [429, { 'retry-after': 'soon' }, { retryAfterMs: undefined }],
    [500, { 'retry-after': '30' }, { isPermanent: false, retryAfterMs: 30_000 }],
    [503, { 'retry-after': '30' }, { isPermanent: false, retryAfterMs: 30_000 }],
  ];
  for (const [code, headers, expected] of answers)
    test(`treats ${[code, ...Object.values(headers)].join(', ')} as ${JSON.stringify(expected)}`, async (t) => {
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

  test('reports that redirects are not followed', async (t) => {
    const receiver = await startReceiver(t, (response) => response.writeHead(302, { location: '/' }).end());
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const outcome = await webhook.send(aMessage(), { url: receiver.url, secret }, attempt);
    assert.match(outcome.status === 'failed' ? outcome.reason : '', /redirects are not followed/);
    assert.equal(receiver.received.length, 1);
  });

  test('does not quote the body of an answer', async (t) => {
    const receiver = await startReceiver(t, (response) =>
      response.writeHead(400).end('the password is 1234'),
    );
    const webhook = createWebhookChannel({ http: openHttp(t) });
    const outcome = await webhook.send(aMessage(), { url: receiver.url, secret }, attempt);
    assert.doesNotMatch(JSON.stringify(outcome), /1234/);
  });

  test('sends nothing without a valid secret', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = createWebhookChannel({ http: openHttp(t) });
    for (const wrong of ['', 'whsec_', 'whsec_c2hvcnQ=', secret.replace('whsec_', '')]) {
      const outcome = await webhook.send(aMessage(), { url: receiver.url, secret: wrong }, attempt);
      assert.equal(outcome.status === 'failed' && outcome.isPermanent, true);
    }
    assert.deepEqual(receiver.received, []);
  });
});

describe('the signature of a webhook', () => {
  const { now } = attempt;
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

  async function send(
    t: TestContext,
    target: { secret: string },
  ): Promise<{ headers: Headers; body: string }> {
    const receiver = await startReceiver(t);
    const webhook = createWebhookChannel({ http: openHttp(t) });
    await webhook.send(aMessage(), { url: receiver.url, ...target }, attempt);
    const [request = assert.fail('nothing was sent')] = receiver.received;
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = request.headers;
    return {
      headers: {
        'webhook-id': String(id),
        'webhook-timestamp': String(timestamp),
        'webhook-signature': String(signature),
      },
      body: request.body.toString(),
    };
  }

  test('is that of the Standard Webhooks specification', async (t) => {
    const example = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    assert.equal(
      example.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1_614_265_330_000), '{"test": 2432232314}'),
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
    const { headers, body } = await send(t, { secret });
    const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${hmac}`);
  });

  test('covers id, time and body', async (t) => {
    const { headers, body } = await send(t, { secret });
    assert.equal(isAccepted(secret, headers, body, now), true);
    assert.equal(isAccepted(secret, headers, `${body} `, now), false);
    assert.equal(isAccepted(secret, { ...headers, 'webhook-id': 'msg_2' }, body, now), false);
    const other = String(Number(headers['webhook-timestamp']) + 1);
    assert.equal(isAccepted(secret, { ...headers, 'webhook-timestamp': other }, body, now), false);
  });

  test('is valid for five minutes before and after', async (t) => {
    const { headers, body } = await send(t, { secret });
    const verdicts = [-301, -299, 299, 301].map((s) => isAccepted(secret, headers, body, after(s)));
    assert.deepEqual(verdicts, [false, true, true, false]);
  });

  test('may be one of several while a secret is rotated', async (t) => {
    const { headers, body } = await send(t, { secret });
    const { 'webhook-signature': other } = (await send(t, { secret: generateWebhookSecret() })).headers;
    const both = { ...headers, 'webhook-signature': `${other} v1a,x ${headers['webhook-signature']}` };
    assert.equal(isAccepted(secret, both, body, now), true);
    assert.equal(isAccepted(secret, { ...headers, 'webhook-signature': `${other}` }, body, now), false);
  });

  test('needs each of its headers', async (t) => {
    const { headers, body } = await send(t, { secret });
    for (const name of Object.keys(headers)) {
      const { [name]: _left, ...others } = headers;
      assert.equal(isAccepted(secret, others, body, now), false, name);
    }
    assert.equal(isAccepted(secret, { ...headers, 'webhook-signature': '' }, body, now), false);
    assert.equal(isAccepted(secret, { ...headers, 'webhook-timestamp': 'NaN' }, body, now), false);
  });

  test('uses secrets of 32 bytes that are never the same', () => {
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.notEqual(generateWebhookSecret(), generateWebhookSecret());
  });
});
