import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import type { Notification } from '@rondo/shared/contracts/notification';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import {
  deliveriesOf,
  inboxOf,
  inEnvelope,
  notificationOf,
  reminder,
  startNotifications,
} from '../support/notifications.ts';

const { person, send, deliver, nudgesOf, database_url: url } = await startNotifications({ after });
const pool = openPool(url, 'notification test', 1);
after(() => pool.end());

test('a reminder is one notification and one in-app delivery, however often its event is delivered', async () => {
  const ada = await person();
  const [first, second] = [reminder(ada.id), reminder(ada.id, { is_late: true, lateness_ms: 7_200_000 })];
  assert.deepEqual(await send('reminders', first, first, second), ['SUCCESS', 'SUCCESS', 'SUCCESS']);
  await Promise.all([
    send('reminders', first, second),
    send('reminders', second, first),
    send('reminders', first),
  ]);
  const inbox = await inboxOf(ada);
  assert.deepEqual([inbox.total, inbox.unread], [2, 2]);
  const notification = await notificationOf(ada, first.event_id);
  assert.deepEqual(notification, {
    id: first.event_id,
    workspace_id: ada.id,
    kind: 'reminder',
    notification_type: 'reminder',
    status: 'sent',
    task_id: first.task_id,
    title: first.payload.title,
    body: 'Due Sun, 1 Mar 2026, 11:00',
    due_date: first.payload.due_date,
    remind_at: first.remind_at,
    lateness_ms: 0,
    is_late: false,
    created_at: notification.created_at,
    read_at: null,
    dismissed_at: null,
    snoozed_until: null,
    settled: null,
  });
  assert.match((await notificationOf(ada, second.event_id)).body, /late.*Sun, 1 Mar 2026, 11:00/);
  const deliveries = await deliveriesOf(ada);
  assert.deepEqual(
    deliveries.map(({ channel_kind, status, attempts }) => [channel_kind, status, attempts]),
    [
      ['in_app', 'sent', 1],
      ['in_app', 'sent', 1],
    ],
  );
  assert.equal((await deliveriesOf(ada, `notification_id=${first.event_id}`)).length, 1);
});

test('a nudge names a single notification, covers many at once, and has the latest unread count', async () => {
  const ada = await person();
  const one = reminder(ada.id);
  await send('reminders', one);
  const [nudge] = await eventually(() => nudgesOf(ada).length > 0 && nudgesOf(ada));
  assert.deepEqual([nudge?.['notification_id'], nudge?.['unread']], [one.event_id, 1]);
  await send('reminders', ...Array.from({ length: 300 }, () => reminder(ada.id)));
  await eventually(() => nudgesOf(ada).at(-1)?.['unread'] === 301);
  assert.equal(nudgesOf(ada).length, 2, 'one nudge for 300 notifications');
  assert.equal(nudgesOf(ada).at(-1)?.['notification_id'], null);
});

test('notifications and deliveries of another person cannot be read or changed', async () => {
  const [ada, eve] = [await person(), await person()];
  const hers = reminder(ada.id);
  await send('reminders', hers, reminder(eve.id));
  assert.equal((await inboxOf(eve)).total, 1);
  const path = `/api/v1/notifications/${hers.event_id}`;
  assert.equal((await eve.call('GET', path)).status, 404);
  for (const what of ['read', 'dismiss'])
    assert.equal((await eve.call('POST', `${path}/${what}`)).status, 404);
  assert.equal((await eve.call('POST', `${path}/snooze`, { minutes: 5 })).status, 404);
  const [delivery] = await deliveriesOf(ada);
  assert.equal((await eve.call('POST', `/api/v1/deliveries/${delivery?.id}/replay`)).status, 404);
  assert.equal((await ada.call('POST', `/api/v1/deliveries/${delivery?.id}/replay`)).status, 409);
  assert.deepEqual(await deliveriesOf(eve, `notification_id=${hers.event_id}`), []);
  assert.equal((await notificationOf(ada, hers.event_id)).read_at, null);
  await eve.call('POST', '/api/v1/notifications/read-all');
  assert.equal((await inboxOf(ada)).unread, 1);
});

test('read, dismiss and read-all are idempotent, and each nudges clients', async () => {
  const ada = await person();
  const events = [reminder(ada.id), reminder(ada.id), reminder(ada.id)];
  await send('reminders', ...events);
  const [one, two] = events.map(({ event_id }) => `/api/v1/notifications/${event_id}`);
  const read = await ada.call<Notification>('POST', `${one}/read`);
  assert.notEqual(read.body.read_at, null);
  assert.deepEqual((await ada.call('POST', `${one}/read`)).body, read.body);
  await eventually(() => nudgesOf(ada).at(-1)?.['unread'] === 2);
  const dismissed = await ada.call<Notification>('POST', `${two}/dismiss`);
  assert.deepEqual((await ada.call('POST', `${two}/dismiss`)).body, dismissed.body);
  const inbox = await inboxOf(ada);
  assert.deepEqual([inbox.total, inbox.unread], [2, 1]);
  assert.equal((await inboxOf(ada, 'unread=true')).notifications.length, 1);
  assert.equal((await ada.call('GET', two ?? '')).status, 200, 'a dismissed notification can still be read');
  assert.deepEqual((await ada.call('POST', '/api/v1/notifications/read-all')).body, { unread: 0 });
  assert.deepEqual((await ada.call('POST', '/api/v1/notifications/read-all')).body, { unread: 0 });
  await eventually(() => nudgesOf(ada).at(-1)?.['unread'] === 0);
  assert.equal(
    (await notificationOf(ada, events[0]?.event_id ?? '')).read_at,
    read.body.read_at,
    'it keeps the first time',
  );
});

test('read-all with up_to leaves later notifications unread', async () => {
  const ada = await person();
  await send('reminders', reminder(ada.id));
  const [seen] = (await inboxOf(ada)).notifications;
  await eventually(() => Date.now() > Date.parse(seen?.created_at ?? ''));
  await send('reminders', reminder(ada.id));
  const upTo = { up_to: seen?.created_at };
  assert.deepEqual((await ada.call('POST', '/api/v1/notifications/read-all', upTo)).body, { unread: 1 });
  assert.equal((await ada.call('POST', '/api/v1/notifications/read-all', { up_to: 'now' })).status, 422);
});

test('pages contain each notification once, even if many have the same time', async () => {
  const ada = await person();
  const events = Array.from({ length: 25 }, () => reminder(ada.id));
  await send('reminders', ...events);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await inboxOf(ada, `limit=10${cursor === '' ? '' : `&cursor=${cursor}`}`);
    assert.equal(page.total, 25);
    seen.push(...page.notifications.map(({ id }) => id));
    cursor = page.next_cursor;
    // New notifications come before the first page and shift nothing.
    if (seen.length === 10) await send('reminders', reminder(ada.id, { workspace_id: (await person()).id }));
  }
  assert.deepEqual(
    seen,
    events
      .map(({ event_id }) => event_id)
      .toSorted()
      .toReversed(),
  );
  const { notifications } = await inboxOf(ada, 'limit=5&offset=20');
  assert.deepEqual(
    notifications.map(({ id }) => id),
    seen.slice(20),
  );
  for (const query of ['limit=101', 'cursor=made-up', 'unread=perhaps', 'more=1'])
    assert.equal((await ada.call('GET', `/api/v1/notifications?${query}`)).status, 422, query);
});

test('an invalid event becomes a dead letter, and the rest of its batch is processed', async () => {
  const ada = await person();
  const operator = await person(['operator']);
  const strange = { ...reminder(ada.id), schema_version: '9.0' };
  const good = reminder(ada.id);
  const half = { ...reminder(ada.id), payload: { title: '' } };
  const hostile = {
    ...reminder(ada.id),
    payload: JSON.parse('{"__proto__":{"title":"a prototype"}}') as unknown,
  };
  const sent = [strange, good, half, hostile].map((data) => inEnvelope('reminders', data));
  assert.deepEqual(await deliver('reminders', sent), ['DROP', 'SUCCESS', 'DROP', 'DROP']);
  assert.equal((await inboxOf(ada)).total, 1);
  const { dead_letters: letters } = (
    await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters/notification-service')
  ).body;
  const letter = letters.find(({ event_id }) => event_id === strange.event_id);
  assert.match(letter?.reason ?? '', /^unknown-schema-version/);
  assert.equal(
    (await operator.call('POST', `/api/v1/dead-letters/notification-service/${letter?.id}/redrive`)).status,
    409,
  );
  assert.equal((await ada.call('GET', '/api/v1/dead-letters/notification-service')).status, 403);
});

test('an event that fails five times becomes a dead letter, without blocking its batch, and is processed when an operator redrives it', async () => {
  const ada = await person();
  const operator = await person(['operator']);
  const [good, poison] = [reminder(ada.id), reminder(ada.id)];
  const table = 'notification_service.notifications';
  await pool.query(`ALTER TABLE ${table} ADD CONSTRAINT poison CHECK (id <> '${poison.event_id}')`);
  const [, first] = await send('reminders', good, poison);
  const attempts = [first];
  while (attempts.at(-1) === 'RETRY') attempts.push((await send('reminders', poison))[0]);
  assert.deepEqual(attempts, ['RETRY', 'RETRY', 'RETRY', 'RETRY', 'DROP']);
  await pool.query(`ALTER TABLE ${table} DROP CONSTRAINT poison`);
  const { dead_letters: letters } = (
    await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters/notification-service')
  ).body;
  const letter = letters.find(({ event_id }) => event_id === poison.event_id);
  const redrive = () =>
    operator.call('POST', `/api/v1/dead-letters/notification-service/${letter?.id}/redrive`);
  assert.deepEqual([(await redrive()).status, (await redrive()).status], [204, 204]);
  assert.deepEqual([(await inboxOf(ada)).total, (await deliveriesOf(ada)).length], [2, 2]);
});

test('every route of the API needs an identity', async () => {
  const ada = await person();
  for (const path of [
    'notifications',
    `notifications/${v7()}`,
    'notification-settings',
    'channels',
    'deliveries',
    'push-key',
  ]) {
    assert.equal(
      (await ada.call('GET', `/api/v1/${path}`, undefined, { authorization: '' })).status,
      401,
      path,
    );
  }
  assert.equal((await ada.call('POST', '/events/reminders', { entries: [] })).status, 401);
});
