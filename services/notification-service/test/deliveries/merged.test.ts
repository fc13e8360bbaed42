import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Delivery } from '@rondo/shared/contracts/notification';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { startReceiver, type Received } from '../support/receiver.ts';
import {
  addWebhook,
  deliveriesOf,
  minute,
  putSettings,
  reminder,
  startWithWarnings,
} from '../support/notifications.ts';
import { taskChange } from '../support/task-change.ts';

const { person, send, startReplica, clock, warnings, pool } = await startWithWarnings(
  { after },
  '2026-03-03T22:30:00Z',
);

const night = '2026-03-03T22:30:00Z';
const morning = '2026-03-04T06:00:00Z';
const quietHours = { quiet_hours: { from: '22:00', to: '07:00' } };
const reminders = [{ before: 'PT10M' }];

type Sent = {
  id: string;
  type: string;
  data: {
    title: string;
    body: string;
    due_date?: string;
    deliveries?: { delivery_id: string; title: string; task_id: string }[];
  };
};
const messagesOf = (received: Received[]) => received.map(({ body }) => JSON.parse(body.toString()) as Sent);
const remoteOf = async (who: TestPerson, query = ''): Promise<Delivery[]> =>
  (await deliveriesOf(who, query)).filter(({ channel_kind }) => channel_kind !== 'in_app');

/** A person with a webhook, at night, in quiet hours. */
async function sleeper(t: Parameters<typeof startReceiver>[0], answer?: Parameters<typeof startReceiver>[1]) {
  clock.set(night);
  const ada = await person();
  const receiver = await startReceiver(t, answer);
  await addWebhook(ada, receiver.url);
  await putSettings(ada, quietHours);
  return { ada, receiver };
}

/** Waits until nothing of a person waits. @returns all deliveries on channels */
const settledDeliveriesOf = (who: TestPerson) =>
  eventually(async () => {
    const all = await remoteOf(who);
    return all.every(({ status }) => status !== 'waiting') && all;
  });

test('after quiet hours nothing is sent of tasks that were done or deleted meanwhile', async (t) => {
  const { ada, receiver } = await sleeper(t);
  const [done, gone] = [v7(), v7()];
  const events = [done, done, done, gone].map((task_id) => reminder(ada.id, { task_id }));
  await send('reminders', ...events);
  await send('task-events', taskChange(ada.id, { task_id: done, version: 2, reminders, status: 'complete' }));
  await send('task-events', taskChange(ada.id, { task_id: gone, version: 2, reminders, deleted_at: night }));
  clock.set(morning);
  const deliveries = await settledDeliveriesOf(ada);
  assert.deepEqual(
    deliveries.map(({ status, reason, attempts }) => `${status} ${reason} ${attempts}`).toSorted(),
    [...Array.from({ length: 3 }, () => 'cancelled task-done 0'), 'cancelled task-deleted 0'].toSorted(),
  );
  assert.equal(receiver.received.length, 0);
});

test('a task that is open again at the end of quiet hours is delivered', async (t) => {
  const { ada, receiver } = await sleeper(t);
  const task_id = v7();
  await send('reminders', reminder(ada.id, { task_id }));
  await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, status: 'complete' }));
  await send('task-events', taskChange(ada.id, { task_id, version: 3, reminders, status: 'pending' }));
  clock.set(morning);
  await eventually(() => receiver.received.length === 1);
});

test('three reminders of one task in quiet hours are one message: the last one, with the present title and date', async (t) => {
  const { ada, receiver } = await sleeper(t);
  const task_id = v7();
  for (let n = 0; n < 3; n += 1) {
    await send('reminders', reminder(ada.id, { task_id }));
    clock.pass(minute);
  }
  await send(
    'task-events',
    taskChange(ada.id, {
      task_id,
      version: 2,
      reminders,
      title: 'Water the roses',
      due_date: '2026-03-05T17:00:00.000Z',
      time_zone: 'Europe/Berlin',
    }),
  );
  clock.set(morning);
  const [last, ...earlier] = await settledDeliveriesOf(ada);
  assert.deepEqual([last?.status, last?.title, last?.outcome], ['sent', 'Water the roses', 'confirmed']);
  assert.deepEqual(
    earlier.map(({ status, reason }) => [status, reason]),
    [
      ['cancelled', 'merged'],
      ['cancelled', 'merged'],
    ],
  );
  const [message, ...more] = messagesOf(receiver.received);
  assert.deepEqual(more, []);
  assert.equal(message?.id, last?.id);
  assert.deepEqual(
    [message?.data.title, message?.data.body, message?.data.due_date],
    ['Water the roses', 'Due Thu, 5 Mar 2026, 18:00', '2026-03-05T17:00:00.000Z'],
  );
});

test('after quiet hours each channel gets one message that lists ten, and every delivery is sent', async (t) => {
  const { ada, receiver } = await sleeper(t);
  const other = await startReceiver(t);
  await addWebhook(ada, other.url);
  const events = Array.from({ length: 12 }, (_, n) =>
    reminder(ada.id, { payload: { ...reminder(ada.id).payload, title: `Task ${n}` } }),
  );
  await send('reminders', ...events);
  clock.set(morning);
  const deliveries = await settledDeliveriesOf(ada);
  assert.equal(deliveries.length, 24);
  assert.ok(deliveries.every(({ status, attempts }) => status === 'sent' && attempts === 1));
  for (const { received } of [receiver, other]) {
    const [message, ...more] = messagesOf(received);
    assert.deepEqual([more.length, message?.type], [0, 'notification.summary']);
    assert.equal(message?.data.title, '12 notifications during quiet hours');
    const lines = message?.data.body.split('\n') ?? [];
    assert.deepEqual([lines.length, lines.at(-1)], [11, 'and 2 more']);
    assert.match(lines[0] ?? '', /^• Task 0, due Sun, 1 Mar 2026, 11:00/);
    const ids = new Set(message?.data.deliveries?.map(({ delivery_id: id }) => id));
    assert.equal(ids.size, 12);
    assert.equal(deliveries.filter(({ id }) => ids.has(id)).length, 12, 'the message names its deliveries');
  }
});

test('a summary has at most 200 deliveries, and the others follow in messages of their own', async (t) => {
  const { ada, receiver } = await sleeper(t);
  await send('reminders', ...Array.from({ length: 250 }, () => reminder(ada.id)));
  clock.set(morning);
  await eventually(() => receiver.received.length === 2);
  const messages = messagesOf(receiver.received);
  assert.deepEqual(
    messages.map(({ data: { title } }) => title),
    ['200 notifications during quiet hours', '50 notifications during quiet hours'],
  );
  const ids = messages.flatMap(({ data }) => data.deliveries?.map(({ delivery_id: id }) => id) ?? []);
  assert.equal(new Set(ids).size, 250);
});

test('a summary leaves out what was done, merges what belongs to one task, and is no summary of one', async (t) => {
  const { ada, receiver } = await sleeper(t);
  const [done, twice] = [v7(), v7()];
  await send('reminders', reminder(ada.id, { task_id: done }), reminder(ada.id, { task_id: twice }));
  await send('reminders', reminder(ada.id, { task_id: twice }));
  await send('task-events', taskChange(ada.id, { task_id: done, version: 2, reminders, status: 'complete' }));
  clock.set(morning);
  const deliveries = await settledDeliveriesOf(ada);
  assert.deepEqual(deliveries.map(({ status }) => status).toSorted(), ['cancelled', 'cancelled', 'sent']);
  assert.deepEqual(
    messagesOf(receiver.received).map(({ type }) => type),
    ['notification.reminder'],
  );
});

test('a summary that fails is sent again as one message with the same id', async (t) => {
  const answers = [500, 204];
  const { ada, receiver } = await sleeper(t, (response) => response.writeHead(answers.shift() ?? 204).end());
  await send('reminders', reminder(ada.id), reminder(ada.id), reminder(ada.id));
  clock.set(morning);
  await eventually(async () => (await remoteOf(ada)).every(({ reason }) => reason?.includes('500')));
  clock.pass(minute);
  assert.ok(
    (await settledDeliveriesOf(ada)).every(({ status, attempts }) => status === 'sent' && attempts === 2),
  );
  const [first, again, ...more] = messagesOf(receiver.received);
  assert.deepEqual([again?.id, more.length], [first?.id, 0]);
  assert.equal(again?.data.deliveries?.length, 3);
});

test('a summary whose outcome was not recorded is sent again with the same id', async (t) => {
  const { ada, receiver } = await sleeper(t);
  await pool.query(
    `ALTER TABLE notification_service.deliveries ADD CONSTRAINT died CHECK (status <> 'sent' OR workspace_id <> '${ada.id}')`,
  );
  await send('reminders', reminder(ada.id), reminder(ada.id));
  clock.set(morning);
  await eventually(() =>
    warnings.some((line) => /could not be recorded/.test(line) && line.includes(ada.id)),
  );
  await pool.query('ALTER TABLE notification_service.deliveries DROP CONSTRAINT died');
  clock.pass(minute);
  await settledDeliveriesOf(ada);
  const [first, again, ...more] = messagesOf(receiver.received);
  assert.deepEqual([again?.id, more.length], [first?.id, 0]);
});

test('deliveries that two replicas find at the end of quiet hours are one message for each channel', async (t) => {
  await startReplica();
  clock.set(night);
  const sleepers = await Promise.all(Array.from({ length: 12 }, () => sleeper(t)));
  await send(
    'reminders',
    ...sleepers.flatMap(({ ada }) => Array.from({ length: 40 }, () => reminder(ada.id))),
  );
  clock.set(morning);
  for (const { ada, receiver } of sleepers) {
    await eventually(async () => (await remoteOf(ada, 'status=waiting')).length === 0);
    const [message, ...more] = messagesOf(receiver.received);
    assert.deepEqual([message?.data.deliveries?.length, more.length], [40, 0]);
  }
});

test('while another replica claims for a channel, none of its deliveries is claimed', async (t) => {
  const { ada, receiver } = await sleeper(t);
  const { ada: witness, receiver: seen } = await sleeper(t);
  await send('reminders', reminder(ada.id), reminder(ada.id), reminder(ada.id), reminder(witness.id));
  const client = await pool.connect();
  t.after(() => client.release());
  await client.query('BEGIN');
  await client.query('SELECT FROM notification_service.channels WHERE workspace_id = $1 FOR NO KEY UPDATE', [
    ada.id,
  ]);
  await client.query(
    'SELECT FROM notification_service.deliveries WHERE workspace_id = $1 LIMIT 1 FOR UPDATE',
    [ada.id],
  );
  clock.set(morning);
  await eventually(() => seen.received.length === 1);
  assert.equal(receiver.received.length, 0);
  await client.query('ROLLBACK');
  await settledDeliveriesOf(ada);
  const [message, ...more] = messagesOf(receiver.received);
  assert.deepEqual([message?.data.deliveries?.length, more.length], [3, 0]);
});

test('a retry shows the present title, and is cancelled if the task is done meanwhile', async (t) => {
  clock.set('2026-03-05T12:00:00Z');
  const ada = await person();
  const receiver = await startReceiver(t, (response) => response.writeHead(500).end());
  await addWebhook(ada, receiver.url);
  const task_id = v7();
  await send('reminders', reminder(ada.id, { task_id }));
  await eventually(async () => (await remoteOf(ada))[0]?.reason?.includes('500'));
  await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, title: 'Renamed' }));
  clock.pass(minute);
  await eventually(() => receiver.received.length === 2);
  assert.equal(messagesOf(receiver.received)[1]?.data.title, 'Renamed');
  await eventually(async () => (await remoteOf(ada))[0]?.title === 'Renamed');
  await send('task-events', taskChange(ada.id, { task_id, version: 3, reminders, status: 'complete' }));
  clock.pass(minute);
  const [delivery] = await settledDeliveriesOf(ada);
  assert.deepEqual([delivery?.status, delivery?.reason, delivery?.attempts], ['cancelled', 'task-done', 2]);
  assert.equal(receiver.received.length, 2);
});

test('a delivery that waits for a retry gives way to a later one of its task; a replay does not', async (t) => {
  clock.set('2026-03-06T12:00:00Z');
  const ada = await person();
  const answers = [500, 204, 204];
  const receiver = await startReceiver(t, (response) => response.writeHead(answers.shift() ?? 204).end());
  await addWebhook(ada, receiver.url);
  const task_id = v7();
  await send('reminders', reminder(ada.id, { task_id }));
  await eventually(async () => (await remoteOf(ada))[0]?.reason?.includes('500'));
  clock.pass(1);
  await send('reminders', reminder(ada.id, { task_id }));
  await eventually(() => receiver.received.length === 2);
  clock.pass(minute);
  const [later, earlier] = await settledDeliveriesOf(ada);
  assert.deepEqual([later?.status, earlier?.status, earlier?.reason], ['sent', 'cancelled', 'merged']);
  assert.equal(receiver.received.length, 2);
  const replay = await ada.call<Delivery>('POST', `/api/v1/deliveries/${earlier?.id}/replay`);
  assert.deepEqual([replay.status, replay.body.status], [200, 'waiting']);
  await eventually(() => receiver.received.length === 3);
  assert.equal(messagesOf(receiver.received)[2]?.id, earlier?.id);
});

test('reminders of different tasks by day are messages of their own', async (t) => {
  clock.set('2026-03-07T12:00:00Z');
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  await send('reminders', reminder(ada.id), reminder(ada.id));
  await eventually(() => receiver.received.length === 2);
  assert.ok(messagesOf(receiver.received).every(({ type }) => type === 'notification.reminder'));
});
