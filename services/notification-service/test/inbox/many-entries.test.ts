import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import {
  createTestClock,
  inboxOf,
  minute,
  notificationOf,
  reminder,
  startNotifications,
} from '../support/notifications.ts';
import { taskChange } from '../support/task-change.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
const { person, send, nudgesOf, database_url: url } = await startNotifications({ after }, { clock });
const pool = openPool(url, 'many entries test', 1);
after(() => pool.end());

const reminders = [{ before: 'PT10M' }];
const ended = { version: 2, reminders, status: 'complete' as const };
const reopened = { version: 3, reminders, status: 'pending' as const };

const manyEntries = 120_000;

async function repeatEntry(id: string, times: number): Promise<void> {
  await pool.query(
    `INSERT INTO notification_service.notifications
       (id, workspace_id, kind, task_id, title, body, remind_at, lateness_ms, is_late, created_at, appeared_at)
     SELECT gen_random_uuid(), workspace_id, kind, task_id, title, body, remind_at, 0, false, created_at, appeared_at
     FROM notification_service.notifications, generate_series(1, $2) WHERE id = $1`,
    [id, times],
  );
}

async function writersOf(taskId: string): Promise<number | undefined> {
  const { rows } = await pool.query<{ writers: number }>(
    'SELECT count(DISTINCT xmin::text) AS writers FROM notification_service.notifications WHERE task_id = $1',
    [taskId],
  );
  return rows[0]?.writers;
}

test('the end of a task settles any number of entries, and writes none of them', async () => {
  const [ada, bob] = [await person(), await person()];
  const [task_id, other] = [v7(), v7()];
  const one = reminder(ada.id, { task_id });
  await send('reminders', one, reminder(bob.id, { task_id: other }));
  await repeatEntry(one.event_id, manyEntries);
  assert.equal(await writersOf(task_id), 2);
  const verdicts = await send(
    'task-events',
    taskChange(ada.id, { task_id, ...ended }),
    taskChange(bob.id, { task_id: other, ...ended }),
  );
  assert.deepEqual(verdicts, ['SUCCESS', 'SUCCESS']);
  const { total, unread, notifications } = await inboxOf(ada);
  assert.deepEqual([total, unread], [manyEntries + 1, 0]);
  assert.ok(notifications.every(({ settled, read_at }) => settled === 'done' && read_at !== null));
  assert.equal((await inboxOf(ada, 'unread=true')).total, 0);
  assert.equal((await inboxOf(bob)).unread, 0);
  assert.equal(await writersOf(task_id), 2, 'no entry was written again');
  for (const who of [ada, bob]) await eventually(() => nudgesOf(who).at(-1)?.['unread'] === 0);
});

test('a reminder after a task was reopened is unread, also if the clock was set back in between', async () => {
  const ada = await person();
  const task_id = v7();
  const [before, next] = [reminder(ada.id, { task_id }), reminder(ada.id, { task_id })];
  await send('reminders', before);
  await send('task-events', taskChange(ada.id, { task_id, ...ended }));
  clock.pass(-minute);
  await send('task-events', taskChange(ada.id, { task_id, ...reopened }));
  await send('reminders', next);
  assert.equal((await inboxOf(ada)).unread, 1);
  assert.deepEqual(
    (await inboxOf(ada, 'unread=true')).notifications.map(({ id }) => id),
    [next.event_id],
  );
});

test('an entry that its task settled keeps the time when it is marked as read', async () => {
  const ada = await person();
  const task_id = v7();
  const [one, other] = [reminder(ada.id, { task_id }), reminder(ada.id)];
  await send('reminders', one, other);
  await send('task-events', taskChange(ada.id, { task_id, ...ended }));
  const settledAt = clock.now().toISOString();
  clock.pass(minute);
  await ada.call('POST', '/api/v1/notifications/read-all');
  await ada.call('POST', `/api/v1/notifications/${one.event_id}/read`);
  assert.equal((await notificationOf(ada, one.event_id)).read_at, settledAt);
  assert.equal((await notificationOf(ada, other.event_id)).read_at, clock.now().toISOString());
});

test('clients hear that a task with an entry was reopened', async () => {
  const ada = await person();
  const task_id = v7();
  const one = reminder(ada.id, { task_id });
  await send('reminders', one);
  await send('task-events', taskChange(ada.id, { task_id, ...ended }));
  await eventually(() => nudgesOf(ada).at(-1)?.['unread'] === 0);
  const nudges = nudgesOf(ada).length;
  await send('task-events', taskChange(ada.id, { task_id, ...reopened }));
  await eventually(() => nudgesOf(ada).length > nudges);
  assert.equal(nudgesOf(ada).at(-1)?.['notification_id'], one.event_id);
  assert.equal((await notificationOf(ada, one.event_id)).settled, null);
});
