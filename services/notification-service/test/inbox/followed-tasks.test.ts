import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
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
import { taskChange } from '../support/task-change.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
const { person, send, nudgesOf, database_url: url } = await startNotifications({ after }, { clock });
const pool = openPool(url, 'notification test', 2);
after(() => pool.end());

const reminders = [{ before: 'PT10M' }];
const complete = { status: 'complete' as const };
const deleted = { deleted_at: '2026-03-02T12:00:00.000Z' };

async function followedOf(workspaceId: string): Promise<{ task_id: string; version: number }[]> {
  const { rows } = await pool.query<{ task_id: string; version: number }>(
    'SELECT task_id, version FROM notification_service.followed_tasks WHERE workspace_id = $1',
    [workspaceId],
  );
  return rows;
}

for (const [what, change, settled] of [
  ['done', complete, 'done'],
  ['deleted', deleted, 'deleted'],
] as const)
  test(`entries of a task that is ${what} become read and settled, and clients hear of it; the others stay unread`, async () => {
    const ada = await person();
    const task_id = v7();
    const [first, second, other] = [
      reminder(ada.id, { task_id }),
      reminder(ada.id, { task_id }),
      reminder(ada.id),
    ];
    await send('task-events', taskChange(ada.id, { task_id, reminders }));
    await send('reminders', first, second, other);
    assert.equal((await inboxOf(ada)).unread, 3);
    await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, ...change }));
    const inbox = await inboxOf(ada);
    assert.deepEqual([inbox.total, inbox.unread], [3, 1]);
    for (const { event_id } of [first, second]) {
      const entry = await notificationOf(ada, event_id);
      assert.deepEqual([entry.settled, entry.read_at], [settled, clock.now().toISOString()]);
    }
    assert.equal((await notificationOf(ada, other.event_id)).settled, null);
    await eventually(() => nudgesOf(ada).at(-1)?.['unread'] === 1);
  });

test('an entry of a reopened task stays read; the next reminder of the task is unread', async () => {
  const ada = await person();
  const task_id = v7();
  const one = reminder(ada.id, { task_id });
  await send('task-events', taskChange(ada.id, { task_id, reminders }));
  await send('reminders', one);
  await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, ...complete }));
  await send('task-events', taskChange(ada.id, { task_id, version: 3, reminders, status: 'pending' }));
  const entry = await notificationOf(ada, one.event_id);
  assert.deepEqual([entry.settled, typeof entry.read_at], [null, 'string']);
  const next = reminder(ada.id, { task_id });
  await send('reminders', next);
  assert.deepEqual(
    [(await inboxOf(ada)).unread, (await notificationOf(ada, next.event_id)).read_at],
    [1, null],
  );
});

test('an entry that was read before keeps its time, and purging a task settles its entries', async () => {
  const ada = await person();
  const task_id = v7();
  const one = reminder(ada.id, { task_id });
  await send('reminders', one);
  await ada.call('POST', `/api/v1/notifications/${one.event_id}/read`);
  const { read_at: readAt } = await notificationOf(ada, one.event_id);
  clock.pass(minute);
  const purge: TaskEvent = {
    ...taskChange(ada.id, { task_id, version: 2 }),
    event_type: 'task-purged',
    changed: [],
  };
  await send('task-events', purge);
  const entry = await notificationOf(ada, one.event_id);
  assert.deepEqual([entry.settled, entry.read_at], ['deleted', readAt]);
});

test('a reminder that comes after the end of its task is settled from the start, and is not delivered', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  const task_id = v7();
  const late = reminder(ada.id, { task_id });
  await send('task-events', taskChange(ada.id, { task_id, reminders }));
  await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, ...complete }));
  await send('reminders', late);
  assert.deepEqual(
    [(await inboxOf(ada)).unread, (await notificationOf(ada, late.event_id)).settled],
    [0, 'done'],
  );
  await eventually(async () =>
    (await deliveriesOf(ada, 'status=cancelled')).some(({ reason }) => reason === 'task-done'),
  );
  assert.equal(receiver.received.length, 0);
});

test('an event of an older version changes nothing, whatever the order', async () => {
  const ada = await person();
  const task_id = v7();
  const one = reminder(ada.id, { task_id });
  await send('reminders', one);
  await send('task-events', taskChange(ada.id, { task_id, version: 3, reminders, ...complete }));
  await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, title: 'Older' }));
  assert.equal((await notificationOf(ada, one.event_id)).settled, 'done');
  assert.deepEqual(await followedOf(ada.id), [{ task_id, version: 3 }]);
});

test('tasks that cannot remind are not followed; one whose reminders were removed still is', async () => {
  const ada = await person();
  const [plain, reminded, named] = [v7(), v7(), v7()];
  await send('reminders', reminder(ada.id, { task_id: named }));
  await send(
    'task-events',
    taskChange(ada.id, { task_id: plain, title: 'Plain' }),
    taskChange(ada.id, { task_id: plain, version: 2, title: 'Plain, changed' }),
    taskChange(ada.id, { task_id: reminded, version: 2, reminders: [] }),
    taskChange(ada.id, { task_id: named, version: 2, title: 'Named by an entry' }),
  );
  assert.deepEqual(
    new Map((await followedOf(ada.id)).map(({ task_id, version }) => [task_id, version])),
    new Map([
      [reminded, 2],
      [named, 2],
    ]),
  );
});

test('another workspace with a task of the same id settles nothing here', async () => {
  const [ada, eve] = [await person(), await person()];
  const task_id = v7();
  const one = reminder(ada.id, { task_id });
  await send('reminders', one);
  await send('task-events', taskChange(eve.id, { task_id, version: 9, reminders, ...complete }));
  assert.equal((await inboxOf(ada)).unread, 1);
});

test('a reminder and the end of its task that are processed at the same time settle the entry', async () => {
  const ada = await person();
  const tasks = Array.from({ length: 40 }, () => v7());
  await Promise.all(
    tasks.flatMap((task_id) => [
      send('reminders', reminder(ada.id, { task_id })),
      send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, ...complete })),
    ]),
  );
  const inbox = await inboxOf(ada, 'limit=100');
  assert.deepEqual([inbox.total, inbox.unread], [40, 0]);
  assert.ok(inbox.notifications.every(({ settled }) => settled === 'done'));
});

test('concurrent reminders and changes of the same tasks in opposite orders do not deadlock', async () => {
  const ada = await person();
  const tasks = Array.from({ length: 30 }, () => v7());
  const changes = (version: number) =>
    tasks.map((task_id) => taskChange(ada.id, { task_id, version, reminders, title: `Version ${version}` }));
  const reminded = () => tasks.map((task_id) => reminder(ada.id, { task_id }));
  const verdicts = await Promise.all([
    send('task-events', ...changes(2)),
    send('reminders', ...reminded().toReversed()),
    send('task-events', ...changes(3).toReversed()),
    send('reminders', ...reminded()),
  ]);
  assert.deepEqual(new Set(verdicts.flat()), new Set(['SUCCESS']));
});

test('a snoozed entry does not return if its task is done, and returns if the task is open again', async (t) => {
  const ada = await person();
  const receiver = await startReceiver(t);
  await addWebhook(ada, receiver.url);
  const [gone, reopened] = [v7(), v7()];
  const events = [reminder(ada.id, { task_id: gone }), reminder(ada.id, { task_id: reopened })];
  await send('reminders', ...events);
  await eventually(() => receiver.received.length === 2);
  for (const { event_id } of events)
    await ada.call('POST', `/api/v1/notifications/${event_id}/snooze`, { minutes: 10 });
  for (const task_id of [gone, reopened])
    await send('task-events', taskChange(ada.id, { task_id, version: 2, reminders, ...complete }));
  await send(
    'task-events',
    taskChange(ada.id, { task_id: reopened, version: 3, reminders, status: 'pending' }),
  );
  assert.equal((await inboxOf(ada)).total, 0);
  clock.pass(10 * minute);
  await eventually(async () => (await inboxOf(ada)).total === 1);
  const inbox = await inboxOf(ada);
  assert.deepEqual([inbox.unread, inbox.notifications.map(({ task_id }) => task_id)], [1, [reopened]]);
  const settled = await notificationOf(ada, events[0]?.event_id ?? '');
  assert.deepEqual(
    [settled.snoozed_until, settled.settled, typeof settled.dismissed_at],
    [null, 'done', 'string'],
  );
  await eventually(() => receiver.received.length === 3);
  assert.equal((await deliveriesOf(ada, `notification_id=${settled.id}`)).length, 2, 'no new delivery');
});

test('a snoozed entry returns with the present title and date of its task', async () => {
  const ada = await person();
  const task_id = v7();
  const one = reminder(ada.id, {
    task_id,
    payload: { ...reminder(ada.id).payload, list: 'Garden' },
  });
  await send('reminders', one);
  await ada.call('POST', `/api/v1/notifications/${one.event_id}/snooze`, { minutes: 10 });
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
  clock.pass(10 * minute);
  const [entry] = await eventually(async () => {
    const { notifications } = await inboxOf(ada);
    return notifications.length === 1 && notifications;
  });
  assert.deepEqual(
    [entry?.title, entry?.body, entry?.due_date],
    ['Water the roses', 'Due Thu, 5 Mar 2026, 18:00\nList: Garden', '2026-03-05T17:00:00.000Z'],
  );
});
