import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Notification } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { startReceiver } from '../support/receiver.ts';
import {
  addWebhook,
  createTestClock,
  inboxOf,
  minute,
  notificationOf,
  reminder,
  startNotifications,
} from '../support/notifications.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
const { person, send } = await startNotifications({ after }, { clock });

const idsOf = async (who: TestPerson, query: string) => {
  const { notifications, total } = await inboxOf(who, query);
  assert.equal(total, notifications.length, query);
  return notifications.map(({ id }) => id);
};
const hasStatus = (who: TestPerson, id: string, status: Notification['status']) =>
  eventually(async () => (await notificationOf(who, id)).status === status);

test('a notification is pending until each channel has it, then sent, or failed if one did not get it', async (t) => {
  const ada = await person();
  const answers = [503, 204];
  const slow = await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 204).end());
  await addWebhook(ada, slow.url);
  const one = reminder(ada.id);
  await send('reminders', one);
  await eventually(() => slow.received.length === 1);
  assert.equal((await notificationOf(ada, one.event_id)).status, 'pending');
  clock.pass(minute);
  await hasStatus(ada, one.event_id, 'sent');

  const gone = await startReceiver(t, (response) => response.writeHead(410).end());
  await addWebhook(ada, gone.url);
  const two = reminder(ada.id);
  await send('reminders', two);
  await hasStatus(ada, two.event_id, 'failed');
  const read = await ada.call<Notification>('POST', `/api/v1/notifications/${two.event_id}/read`);
  assert.deepEqual([read.body.status, read.body.notification_type], ['failed', 'reminder']);

  assert.deepEqual(await idsOf(ada, 'status=sent'), [one.event_id]);
  assert.deepEqual(await idsOf(ada, 'status=failed'), [two.event_id]);
  assert.deepEqual(await idsOf(ada, 'status=pending'), []);
  assert.deepEqual(await idsOf(ada, 'status=failed&unread=true'), []);
  assert.equal((await ada.call('GET', '/api/v1/notifications?status=waiting')).status, 422);
});

test('a notification that returns from a snooze has the status of its new deliveries', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t, (response) =>
    response.writeHead(receiver.received.length === 1 ? 400 : 204).end(),
  );
  await addWebhook(ada, receiver.url);
  const one = reminder(ada.id);
  await send('reminders', one);
  await hasStatus(ada, one.event_id, 'failed');
  await ada.call('POST', `/api/v1/notifications/${one.event_id}/snooze`, { minutes: 10 });
  clock.pass(10 * minute);
  await eventually(() => receiver.received.length === 2);
  await hasStatus(ada, one.event_id, 'sent');
});

test('the inbox can be filtered by task, and `unread` counts all of it', async () => {
  const ada = await person();
  const [one, two, other] = [reminder(ada.id), reminder(ada.id), reminder(ada.id)];
  const again = reminder(ada.id, { task_id: one.task_id });
  await send('reminders', one, two, other, again);
  const page = await inboxOf(ada, `task_id=${one.task_id}`);
  assert.deepEqual([page.total, page.unread], [2, 4]);
  assert.deepEqual(new Set(page.notifications.map(({ id }) => id)), new Set([one.event_id, again.event_id]));
  assert.deepEqual(await idsOf(ada, `task_id=${two.task_id}&status=sent`), [two.event_id]);
  const eve = await person();
  assert.deepEqual(await idsOf(eve, `task_id=${one.task_id}`), []);
});
