import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { AddedChannel, ChannelTest } from '@rondo/shared/contracts/notification';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { addWebhook, deliveriesOf, startNotifications } from '../support/notifications.ts';
import { startReceiver } from '../support/receiver.ts';

const { person, database_url: url } = await startNotifications({ after });
const pool = openPool(url, 'retried requests test', 2);
after(() => pool.end());

test('a retry of an addition gets the secret of the first answer, which is stored sealed', async () => {
  const ada = await person();
  const key = { 'idempotency-key': v7() };
  const add = () =>
    ada.call<AddedChannel>(
      'POST',
      '/api/v1/channels',
      { kind: 'webhook', url: 'https://hooks.example' },
      key,
    );
  const [first, retry] = [await add(), await add()];
  assert.match(first.body.signing_secret ?? '', /^whsec_/);
  assert.deepEqual([retry.status, retry.body], [first.status, first.body]);
  const { rows } = await pool.query('SELECT response FROM notification_service.idempotency_keys');
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows), /whsec_|hooks\.example/);
});

test('a retry of a test sends nothing: it is refused while the message is sent, and then gets the outcome', async (t) => {
  const ada = await person();
  const held = Promise.withResolvers<void>();
  const receiver = await startReceiver(t, (response) => {
    void held.promise.then(() => response.writeHead(204).end());
  });
  const { id } = await addWebhook(ada, receiver.url);
  const key = { 'idempotency-key': v7() };
  const send = () => ada.call<ChannelTest>('POST', `/api/v1/channels/${id}/test`, undefined, key);
  const first = send();
  await eventually(() => receiver.received.length === 1, { what: 'the message to arrive' });
  const meanwhile = await send();
  assert.deepEqual([meanwhile.status, meanwhile.headers.get('retry-after')], [429, '1']);
  held.resolve();
  assert.deepEqual((await first).body, { status: 'sent', reason: null });
  assert.deepEqual((await send()).body, { status: 'sent', reason: null });
  assert.equal(receiver.received.length, 1);
});

test('a test whose process died is sent when its lease ends, with the same id, and a retry gets the outcome', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  const { id } = await addWebhook(ada, receiver.url);
  const key = { 'idempotency-key': v7() };
  const send = () => ada.call<ChannelTest>('POST', `/api/v1/channels/${id}/test`, undefined, key);
  await send();
  // As the process leaves it that dies before it records the outcome.
  await pool.query(
    `UPDATE notification_service.deliveries SET status = 'waiting', outcome = NULL, sent_at = NULL, next_attempt_at = now()
     WHERE channel_id = $1`,
    [id],
  );
  await addWebhook(ada, `${receiver.url}/wakes-the-worker`);
  await eventually(() => receiver.received.length === 2, { what: 'the message to be sent again' });
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
  await eventually(async () => (await send()).status === 200, { what: 'the outcome' });
  assert.deepEqual((await send()).body, { status: 'sent', reason: null });
  assert.equal((await deliveriesOf(ada)).length, 1);
});

test('an answer is kept for a deletion too, and a channel that was added again afterwards stays', async () => {
  const ada = await person();
  const target = 'https://hooks.example/again';
  const { id } = await addWebhook(ada, target);
  const key = { 'idempotency-key': v7() };
  const remove = () => ada.call('DELETE', `/api/v1/channels/${id}`, undefined, key);
  assert.deepEqual([(await remove()).status, (await remove()).status], [204, 204]);
  await addWebhook(ada, target);
  assert.equal((await remove()).status, 204);
  assert.equal((await ada.call<{ channels: object[] }>('GET', '/api/v1/channels')).body.channels.length, 1);
});
