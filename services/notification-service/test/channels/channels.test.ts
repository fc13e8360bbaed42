import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AddedChannel, ChannelList, ChannelTest } from '@rondo/shared/contracts/notification';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { Webhook } from 'standardwebhooks';
import { generateVapidKeys } from '../../src/channels/transports/web-push.ts';
import { startMailServer } from '../support/mail-server.ts';
import { startReceiver } from '../support/receiver.ts';
import { addWebhook, deliveriesOf, reminder, startNotifications } from '../support/notifications.ts';

const mail = await startMailServer({ after });
const vapid = generateVapidKeys();
const {
  person,
  send,
  service,
  database_url: url,
} = await startNotifications(
  { after },
  {
    secret: {
      'smtp-url': mail.url,
      'smtp-from': 'Rondo <rondo@rondo.example>',
      'vapid-subject': 'mailto:rondo@rondo.example',
      'vapid-public-key': vapid.publicKey,
      'vapid-private-key': vapid.privateKey,
    },
  },
);
const pool = openPool(url, 'notification test', 2);
after(() => pool.end());

const add = (who: TestPerson, target: unknown) => who.call<AddedChannel>('POST', '/api/v1/channels', target);
const channelsOf = async (who: TestPerson) =>
  (await who.call<ChannelList>('GET', '/api/v1/channels')).body.channels;
const subscription = (endpoint: string) => ({
  kind: 'web_push',
  endpoint,
  keys: { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) },
});

test('a webhook shows its secret once and signs with it; its URL is stored encrypted', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  const target = `${receiver.url}/hook?token=very-secret`;
  const { id, signing_secret: secret, label } = await addWebhook(ada, target);
  assert.equal(label, `127.0.0.1:${receiver.port}`);
  const [shown] = await channelsOf(ada);
  assert.deepEqual(Object.keys(shown ?? {}).toSorted(), [
    'created_at',
    'disabled_reason',
    'id',
    'is_enabled',
    'kind',
    'label',
  ]);
  const stored = await pool.query('SELECT * FROM notification_service.channels WHERE id = $1', [id]);
  assert.doesNotMatch(JSON.stringify(stored.rows), /very-secret|whsec_/);
  const test = await ada.call<ChannelTest>('POST', `/api/v1/channels/${id}/test`);
  assert.deepEqual([test.status, test.body], [200, { status: 'sent', reason: null }]);
  const [{ body, headers, path } = assert.fail('the receiver got nothing')] = receiver.received;
  assert.equal(path, '/hook?token=very-secret');
  new Webhook(secret ?? '').verify(body, headers as Record<string, string>);
  const [delivery] = await deliveriesOf(ada);
  assert.deepEqual([delivery?.notification_id, delivery?.channel_id, delivery?.status], [null, id, 'sent']);
});

test('adding the same destination again keeps one channel and renews its keys', async () => {
  const ada = await person();
  const [first, again] = [
    await addWebhook(ada, 'https://hooks.example/a'),
    await add(ada, { kind: 'webhook', url: 'https://hooks.example/a' }),
  ];
  assert.deepEqual([again.status, again.body.id], [200, first.id]);
  assert.notEqual(again.body.signing_secret, first.signing_secret);
  const push = 'https://push.example/subscription';
  const twins = await Promise.all([
    add(ada, subscription(push)),
    add(ada, subscription(push)),
    add(ada, subscription(push)),
  ]);
  assert.equal(new Set(twins.map(({ body }) => body.id)).size, 1);
  assert.deepEqual(
    twins.map(({ status }) => status).filter((status) => status === 201),
    [201],
  );
  assert.equal((await channelsOf(ada)).length, 2);
  assert.equal(
    (await add(await person(), subscription(push))).status,
    201,
    'another person has a channel of their own',
  );
});

test('a person has at most twenty channels, even if they are added concurrently', async () => {
  const ada = await person();
  const added = await Promise.all(
    Array.from({ length: 24 }, (_, n) =>
      add(ada, { kind: 'ntfy', server: 'https://ntfy.example', topic: `t${n}` }),
    ),
  );
  assert.equal(added.filter(({ status }) => status === 201).length, 20);
  const refused = added.find(({ status }) => status !== 201);
  assert.deepEqual(
    [refused?.status, (refused?.body as { code?: string } | undefined)?.code],
    [403, 'quota-exceeded'],
  );
  const [first] = await channelsOf(ada);
  assert.equal((await ada.call('DELETE', `/api/v1/channels/${first?.id}`)).status, 204);
  assert.equal((await add(ada, { kind: 'ntfy', server: 'https://ntfy.example', topic: 't99' })).status, 201);
});

test('an invalid target is refused with the name of the field', async () => {
  const ada = await person();
  for (const [target, field] of [
    [{ kind: 'webhook', url: 'ftp://files.example/a' }, 'url'],
    [{ kind: 'webhook', url: 'https://user:word@hooks.example/' }, 'url'],
    [{ kind: 'ntfy', server: 'file:///etc/passwd', topic: 'a' }, 'server'],
    [subscription('javascript:alert(1)'), 'endpoint'],
    [{ kind: 'email', address: 'no address' }, 'address'],
  ] as const) {
    const { status, body } = await add(ada, target);
    assert.equal(status, 422, JSON.stringify(target));
    assert.match(JSON.stringify((body as unknown as { errors: unknown }).errors), new RegExp(`"${field}"`));
  }
  assert.deepEqual(await channelsOf(ada), []);
});

test("another person's channel cannot be listed, changed, tested or removed", async () => {
  const [ada, eve] = [await person(), await person()];
  const { id } = await addWebhook(ada, 'https://hooks.example/ada');
  assert.deepEqual(await channelsOf(eve), []);
  assert.equal((await eve.call('PATCH', `/api/v1/channels/${id}`, { is_enabled: false })).status, 404);
  assert.equal((await eve.call('POST', `/api/v1/channels/${id}/test`)).status, 404);
  assert.equal((await eve.call('DELETE', `/api/v1/channels/${id}`)).status, 404);
  assert.equal((await channelsOf(ada))[0]?.is_enabled, true);
});

/** The path of the link for a purpose in the last e-mail to an address. */
async function linkIn(address: string, purpose: string): Promise<string> {
  const { raw } = await eventually(() => mail.mails.findLast(({ to }) => to.includes(address)));
  const text = raw.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
  const [, path] = new RegExp(`https://rondo\\.example(/${purpose}/[\\w.-]+)`).exec(text) ?? [];
  assert.ok(path, text);
  return path;
}

async function addConfirmed(who: TestPerson, address: string): Promise<void> {
  assert.equal((await add(who, { kind: 'email', address })).status, 201);
  const confirmed = await fetch(`${service.url}${await linkIn(address, 'confirm')}`, { method: 'POST' });
  assert.equal(confirmed.status, 200);
}

test('an e-mail address gets no reminders before it is confirmed, and confirmations are limited', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  const added = await add(ada, { kind: 'email', address });
  assert.deepEqual([added.status, added.body.is_enabled], [201, false]);
  const path = `/api/v1/channels/${added.body.id}`;
  await send('reminders', reminder(ada.id));
  assert.equal((await ada.call('PATCH', path, { is_enabled: true })).status, 409);
  assert.equal((await ada.call('POST', `${path}/test`)).status, 409);
  const link = await linkIn(address, 'confirm');
  assert.equal((await fetch(`${service.url}${link}`)).status, 200);
  assert.equal((await channelsOf(ada))[0]?.is_enabled, false, 'opening the page confirms nothing');
  const elsewhere = link.replace('confirm', 'unsubscribe');
  assert.equal(
    (await fetch(`${service.url}${elsewhere}`, { method: 'POST' })).status,
    404,
    'a token is valid for one purpose',
  );
  assert.equal((await fetch(`${service.url}${link}`, { method: 'POST' })).status, 200);
  assert.deepEqual(
    (await channelsOf(ada)).map(({ is_enabled, disabled_reason }) => [is_enabled, disabled_reason]),
    [[true, null]],
  );
  assert.equal(mail.mails.filter(({ to }) => to.includes(address)).length, 1, 'only the confirmation e-mail');
  for (let n = 1; n < 10; n += 1) {
    const { body } = await add(ada, { kind: 'email', address: `${n}.${address}` });
    await ada.call('DELETE', `/api/v1/channels/${body.id}`);
  }
  assert.equal((await add(ada, { kind: 'email', address: `10.${address}` })).status, 429);
  // Those that a clock which was ahead has stored are not of the last day.
  await pool.query(
    `UPDATE notification_service.deliveries SET created_at = created_at + interval '300 days' WHERE workspace_id = $1`,
    [ada.id],
  );
  assert.equal((await add(ada, { kind: 'email', address: `11.${address}` })).status, 201);
});

test('the link in an e-mail unsubscribes: opening it changes nothing, one click does, and an invalid link answers 404', async () => {
  const ada = await person();
  const address = `${ada.id}@example.org`;
  await addConfirmed(ada, address);
  await send('reminders', reminder(ada.id));
  const { raw } = await eventually(() => mail.mails.filter(({ to }) => to.includes(address))[1]);
  const link = /^List-Unsubscribe: <https:\/\/rondo\.example(\/unsubscribe\/[^>]+)>/m.exec(
    raw.replaceAll(/\r\n[ \t]/g, ''),
  )?.[1];
  assert.ok(link);
  assert.doesNotMatch(raw, /Open in Rondo|rondo\.example\/tasks/);
  const look = await fetch(`${service.url}${link}`);
  assert.deepEqual([look.status, look.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.match(await look.text(), /<form method="post">/);
  assert.equal((await channelsOf(ada))[0]?.is_enabled, true);
  const post = (path: string) =>
    fetch(`${service.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
  const last = link.at(-5) === 'A' ? 'B' : 'A';
  const wrong = `${link.slice(0, -5)}${last}${link.slice(-4)}`;
  assert.deepEqual([(await post(wrong)).status, (await fetch(`${service.url}${wrong}`)).status], [404, 404]);
  for (const path of [wrong, '/confirm/x']) {
    for (const method of ['GET', 'POST']) {
      const page = await fetch(`${service.url}${path}`, {
        method,
        headers: { accept: 'text/html,*/*;q=0.8' },
      });
      const type = page.headers.get('content-type');
      assert.deepEqual([page.status, type], [404, 'text/html; charset=utf-8'], `${method} ${path}`);
      assert.match(await page.text(), /<title>Rondo<\/title>[^]*This link is not valid/);
    }
  }
  assert.equal((await channelsOf(ada))[0]?.is_enabled, true);
  assert.deepEqual([(await post(link)).status, (await post(link)).status], [200, 200]);
  const [channel] = await channelsOf(ada);
  assert.equal(channel?.is_enabled, false);
  assert.match(channel?.disabled_reason ?? '', /Unsubscribed/);
});

test('the VAPID public key is available to browsers', async () => {
  const ada = await person();
  assert.deepEqual((await ada.call('GET', '/api/v1/push-key')).body, { public_key: vapid.publicKey });
});

test('a channel kind that is not set up answers with the reason', async (t) => {
  const bare = await startNotifications(t, { env: { ALLOW_PRIVATE_ADDRESSES: 'false' } });
  const ada = await bare.person();
  const key = await ada.call('GET', '/api/v1/push-key');
  assert.deepEqual([key.status, key.body['code']], [404, 'push-not-set-up']);
  for (const target of [
    { kind: 'email', address: 'ada@example.org' },
    subscription('https://push.example/a'),
  ]) {
    const { status, body } = await ada.call('POST', '/api/v1/channels', target);
    assert.deepEqual([status, body['code']], [422, 'channel-not-set-up']);
    assert.match(String(body['detail']), /not set up/);
  }
  const receiver = await startReceiver(t);
  const { id } = await addWebhook(ada, receiver.url);
  const { body } = await ada.call<ChannelTest>('POST', `/api/v1/channels/${id}/test`);
  assert.equal(body.status, 'failed');
  assert.match(body.reason ?? '', /Rondo does not connect to 127\.0\.0\.1/);
  assert.equal(receiver.received.length, 0);
});
