import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ChannelList, Delivery } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { generateVapidKeys } from '../../src/channels/transports/web-push.ts';
import { createBrowser } from '../support/browser.ts';
import { startReceiver } from '../support/receiver.ts';
import {
  addWebhook,
  createTestClock,
  deliveriesOf,
  minute,
  reminder,
  startNotifications,
} from '../support/notifications.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
const vapid = generateVapidKeys();
const { person, send } = await startNotifications(
  { after },
  {
    clock,
    secret: {
      'vapid-subject': 'mailto:rondo@rondo.example',
      'vapid-public-key': vapid.publicKey,
      'vapid-private-key': vapid.privateKey,
    },
  },
);

const remoteOf = async (who: TestPerson, query = ''): Promise<Delivery[]> =>
  (await deliveriesOf(who, query)).filter(({ channel_kind }) => channel_kind !== 'in_app');
const channelOf = async (who: TestPerson) =>
  (await who.call<ChannelList>('GET', '/api/v1/channels')).body.channels[0];
const withStatus = (who: TestPerson, status: string, count: number) =>
  eventually(async () => {
    const found = await remoteOf(who, `status=${status}`);
    return found.length === count && found;
  });

test('a receiver that answers 404 once gets the message later', async (t) => {
  const ada = await person();
  const answers = [404, 200];
  const receiver = await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 200).end());
  await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id));
  const [waiting] = await eventually(async () => {
    const found = await remoteOf(ada, 'status=waiting');
    return found[0]?.reason?.includes('404') && found;
  });
  assert.equal(waiting?.attempts, 1);
  clock.pass(minute);
  const [sent] = await withStatus(ada, 'sent', 1);
  assert.deepEqual([sent?.attempts, sent?.reason, sent?.outcome], [2, null, 'confirmed']);
  assert.equal((await channelOf(ada))?.is_enabled, true);
});

test('a receiver is not asked again before the time in Retry-After', async (t) => {
  const ada = await person();
  const answers = [425, 200];
  const receiver = await startReceiver(t, (response) =>
    response.writeHead(answers.shift() ?? 200, { 'retry-after': '1800' }).end(),
  );
  await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id));
  const [waiting] = await eventually(async () => {
    const found = await remoteOf(ada, 'status=waiting');
    return found[0]?.reason?.includes('425') && found;
  });
  assert.equal(Date.parse(waiting?.next_attempt_at ?? ''), clock.now().getTime() + 30 * minute);
});

test('ten refusals in a row turn a channel off and say why; a message that is taken starts the count again', async (t) => {
  const ada = await person();
  let code = 401;
  const receiver = await startReceiver(t, (response) => response.writeHead(code).end());
  const { id } = await addWebhook(ada, receiver.url);
  const refuse = async (count: number, total: number) => {
    await send('reminders', ...Array.from({ length: count }, () => reminder(ada.id)));
    await withStatus(ada, 'failed', total);
  };
  await refuse(9, 9);
  assert.equal((await channelOf(ada))?.is_enabled, true);
  code = 204;
  await send('reminders', reminder(ada.id));
  await withStatus(ada, 'sent', 1);
  code = 403;
  await refuse(9, 18);
  assert.equal((await channelOf(ada))?.is_enabled, true);
  await refuse(1, 19);
  const channel = await eventually(async () => {
    const found = await channelOf(ada);
    return found?.is_enabled === false && found;
  });
  assert.match(channel.disabled_reason ?? '', /10 messages in a row were refused.*403/);
  code = 400;
  await ada.call('PATCH', `/api/v1/channels/${id}`, { is_enabled: true });
  await refuse(1, 20);
  assert.equal((await channelOf(ada))?.is_enabled, true, 'turning it on starts the count again');
});

test('failures that pass do not turn a channel off', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t, (response) => response.writeHead(503).end());
  await addWebhook(ada, receiver.url);
  await send('reminders', ...Array.from({ length: 12 }, () => reminder(ada.id)));
  await eventually(async () => (await remoteOf(ada)).every(({ reason }) => reason?.includes('503')));
  clock.pass(25 * 60 * minute);
  await withStatus(ada, 'failed', 12);
  assert.equal((await channelOf(ada))?.is_enabled, true);
});

for (const code of [401, 403])
  test(`a push subscription of another key (${code}) is turned off at once, with the reason`, async (t) => {
    const ada = await person();
    const service = await startReceiver(t, (response) => response.writeHead(code).end());
    const { endpoint, p256dh, auth } = createBrowser().target(`${service.url}/push/abc`);
    const added = await ada.call('POST', '/api/v1/channels', {
      kind: 'web_push',
      endpoint,
      keys: { p256dh, auth },
    });
    assert.equal(added.status, 201);
    await send('reminders', reminder(ada.id));
    await withStatus(ada, 'failed', 1);
    const channel = await eventually(async () => {
      const found = await channelOf(ada);
      return found?.is_enabled === false && found;
    });
    assert.match(channel.disabled_reason ?? '', /key of this server.*Turn on notifications/);
    await send('reminders', reminder(ada.id));
    assert.equal(service.received.length, 1);
  });
