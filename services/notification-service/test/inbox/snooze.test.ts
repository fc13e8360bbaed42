import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Notification } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import { startReceiver } from '../support/receiver.ts';
import {
  addWebhook,
  createTestClock,
  deliveriesOf,
  inboxOf,
  minute,
  notificationOf,
  reminder,
  startNotifications,
} from '../support/notifications.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
const { person, send, nudgesOf, startReplica } = await startNotifications({ after }, { clock });

test('a snoozed notification leaves the inbox and returns on time: first, unread and delivered again', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  const one = reminder(ada.id);
  await send('reminders', one);
  await eventually(() => receiver.received.length === 1);
  clock.pass(1_000);
  await send('reminders', reminder(ada.id));
  const path = `/api/v1/notifications/${one.event_id}`;
  await ada.call('POST', `${path}/read`);
  const until = new Date(clock.now().getTime() + 10 * minute).toISOString();
  const snoozed = await ada.call<Notification>('POST', `${path}/snooze`, { minutes: 10 });
  assert.deepEqual([snoozed.status, snoozed.body.snoozed_until], [200, until]);
  assert.deepEqual((await ada.call('POST', `${path}/snooze`, { until })).body, snoozed.body);
  assert.deepEqual([(await inboxOf(ada)).total, (await inboxOf(ada)).unread], [1, 1]);
  await startReplica();
  clock.pass(10 * minute - 1);
  await send('reminders', reminder(ada.id));
  await eventually(() => receiver.received.length === 3);
  assert.equal((await inboxOf(ada)).total, 2, 'not a millisecond early');
  clock.pass(1);
  await eventually(async () => (await inboxOf(ada)).total === 3);
  const [top] = (await inboxOf(ada)).notifications;
  assert.deepEqual([top?.id, top?.read_at, top?.snoozed_until], [one.event_id, null, null]);
  await eventually(() => receiver.received.length === 4);
  assert.equal(
    (await deliveriesOf(ada, `notification_id=${one.event_id}`)).length,
    3,
    'one in the app and two on the channel',
  );
  const ids = receiver.received.map(({ body }) => (JSON.parse(body.toString()) as { id: string }).id);
  assert.equal(new Set(ids).size, 4, 'each delivery has its own id');
  await eventually(() => nudgesOf(ada).at(-1)?.['unread'] === 3);
});

test('dismissing cancels a snooze, and a dismissed notification can be snoozed', async () => {
  const ada = await person();
  const [gone, kept] = [reminder(ada.id), reminder(ada.id)];
  await send('reminders', gone, kept);
  await ada.call('POST', `/api/v1/notifications/${gone.event_id}/snooze`, { minutes: 1 });
  await ada.call('POST', `/api/v1/notifications/${gone.event_id}/dismiss`);
  await ada.call('POST', `/api/v1/notifications/${kept.event_id}/dismiss`);
  await ada.call('POST', `/api/v1/notifications/${kept.event_id}/snooze`, { minutes: 1 });
  clock.pass(minute);
  await eventually(async () => (await inboxOf(ada)).total === 1);
  assert.deepEqual(
    (await inboxOf(ada)).notifications.map(({ id }) => id),
    [kept.event_id],
  );
  assert.notEqual((await notificationOf(ada, gone.event_id)).dismissed_at, null);
});

test('a snooze must end in the future', async () => {
  const ada = await person();
  const one = reminder(ada.id);
  await send('reminders', one);
  const past = clock.now().toISOString();
  for (const body of [
    { until: past },
    { minutes: 0 },
    { minutes: 525_601 },
    {},
    { minutes: 5, until: past },
  ]) {
    const { status } = await ada.call('POST', `/api/v1/notifications/${one.event_id}/snooze`, body);
    assert.equal(status, 422, JSON.stringify(body));
  }
});
