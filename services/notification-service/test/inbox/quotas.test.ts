import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { createTestClock, inboxOf, minute, reminder, startNotifications } from '../support/notifications.ts';
import { taskChange } from '../support/task-change.ts';

const clock = createTestClock('2026-03-02T12:00:00Z');
const day = 24 * 60 * minute;
const { person, send, startReplica, database_url: url } = await startNotifications({ after }, { clock });
const pool = openPool(url, 'inbox quotas test', 1);
after(() => pool.end());

async function arrivedOf({ id }: TestPerson): Promise<number | undefined> {
  const { rows } = await pool.query<{ arrived: number }>(
    'SELECT arrived FROM notification_service.inboxes WHERE workspace_id = $1',
    [id],
  );
  return rows[0]?.arrived;
}

const idsOf = async (who: TestPerson) => (await inboxOf(who, 'limit=100')).notifications.map(({ id }) => id);

test('an inbox takes 5,000 notifications a day, says so once, and takes those of the next day', async () => {
  const [ada, bob] = [await person(), await person()];
  await send('reminders', reminder(ada.id));
  await pool.query('UPDATE notification_service.inboxes SET arrived = 4998 WHERE workspace_id = $1', [
    ada.id,
  ]);
  const [last, full, more] = [reminder(ada.id), reminder(ada.id), reminder(ada.id)];
  assert.deepEqual(await send('reminders', last, last), ['SUCCESS', 'SUCCESS']);
  assert.deepEqual(await send('reminders', last), ['SUCCESS']);
  assert.equal(await arrivedOf(ada), 4_999, 'a repeated one is not counted');
  const verdicts = await send('reminders', reminder(ada.id), full, reminder(bob.id));
  assert.deepEqual(verdicts, ['SUCCESS', 'SUCCESS', 'SUCCESS']);
  await send('reminders', more);
  const { notifications, total } = await inboxOf(ada);
  assert.equal(total, 4);
  const notices = notifications.filter(({ kind }) => kind === 'notice');
  assert.deepEqual(
    notices.map(({ title, task_id, read_at }) => [title, task_id, read_at]),
    [['Too many notifications today', null, null]],
  );
  assert.equal((await inboxOf(bob)).total, 1);
  clock.pass(day);
  const next = reminder(ada.id);
  assert.deepEqual(await send('reminders', full, more, next), ['SUCCESS', 'SUCCESS', 'SUCCESS']);
  assert.equal((await inboxOf(ada)).total, 5, 'what was refused does not come later');
  assert.ok((await idsOf(ada)).includes(next.event_id));
  assert.equal(await arrivedOf(ada), 1);
});

/** Adds entries of a task, a second apart. @returns their ids, the oldest first */
async function addEntries(
  { id }: TestPerson,
  { count, from, taskId, isRead = false }: { count: number; from: string; taskId: string; isRead?: boolean },
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO notification_service.notifications
       (id, workspace_id, kind, task_id, title, body, remind_at, lateness_ms, is_late, created_at, appeared_at, read_at)
     SELECT gen_random_uuid(), $1, 'reminder', $2, 'Title', '', at, 0, false, at, at, CASE WHEN $3 THEN at END
     FROM (SELECT $4::timestamptz + n * interval '1 second' AS at FROM generate_series(1, $5) n) times
     RETURNING id`,
    [id, taskId, isRead, from, count],
  );
  await pool.query(
    `INSERT INTO notification_service.inboxes VALUES ($1, '2026-01-01', 0, $2)
     ON CONFLICT (workspace_id) DO UPDATE SET unchecked = inboxes.unchecked + $2`,
    [id, count],
  );
  return rows.map(({ id: entry }) => entry);
}

async function keptOf({ id }: TestPerson): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM notification_service.notifications WHERE workspace_id = $1',
    [id],
  );
  return new Set(rows.map(({ id: entry }) => entry));
}

test('of an inbox 10,000 notifications are kept: the oldest read ones go first', async () => {
  const [ada, bob] = [await person(), await person()];
  const [open, done] = [v7(), v7()];
  const once = reminder(ada.id, { task_id: done });
  await send('reminders', once);
  await pool.query(
    `UPDATE notification_service.notifications SET created_at = '2026-01-01', appeared_at = '2026-01-01' WHERE id = $1`,
    [once.event_id],
  );
  const unread = await addEntries(ada, { count: 900, from: '2026-01-02T00:00:00Z', taskId: open });
  const settled = await addEntries(ada, { count: 1_200, from: '2026-01-03T00:00:00Z', taskId: done });
  const read = await addEntries(ada, {
    count: 2_000,
    from: '2026-01-04T00:00:00Z',
    taskId: open,
    isRead: true,
  });
  const recent = await addEntries(ada, {
    count: 8_000,
    from: clock.now().toISOString(),
    taskId: open,
    isRead: true,
  });
  await addEntries(bob, { count: 10_000, from: '2026-01-02T00:00:00Z', taskId: open });
  await send('task-events', taskChange(ada.id, { task_id: done, version: 2, status: 'complete' }));
  await startReplica();
  await eventually(async () => (await keptOf(ada)).size === 10_000);
  const kept = await keptOf(ada);
  // 12,101 were there: all read ones by their task go, and 900 of those that were read.
  assert.deepEqual(
    [unread, settled, read.slice(0, 900), read.slice(900), recent].map(
      (ids) => ids.filter((id) => kept.has(id)).length,
    ),
    [900, 0, 0, 1_100, 8_000],
  );
  assert.equal((await keptOf(bob)).size, 10_000);
  assert.deepEqual(await send('reminders', once), ['SUCCESS']);
  assert.equal((await keptOf(ada)).has(once.event_id), false, 'a removed one does not come again');
});

test('what channels may still have to send is not removed: unread notifications go before the read ones of two days', async () => {
  const ada = await person();
  const taskId = v7();
  const unread = await addEntries(ada, { count: 3_000, from: '2026-01-02T00:00:00Z', taskId });
  const recent = { from: clock.now().toISOString(), count: 8_000, taskId, isRead: true };
  const read = await addEntries(ada, recent);
  await startReplica();
  await eventually(async () => (await keptOf(ada)).size === 10_000);
  const kept = await keptOf(ada);
  assert.deepEqual(
    [unread, read].map((ids) => ids.filter((id) => kept.has(id)).length),
    [2_000, 8_000],
  );
});

test('an inbox from before there was a bound is cut in steps', async () => {
  const ada = await person();
  await addEntries(ada, { count: 30_000, from: '2026-01-02T00:00:00Z', taskId: v7() });
  await startReplica();
  await eventually(async () => (await keptOf(ada)).size === 10_000);
  await eventually(async () => (await uncheckedOf(ada)) === 0);
});

async function uncheckedOf({ id }: TestPerson): Promise<number | undefined> {
  const { rows } = await pool.query<{ unchecked: number }>(
    'SELECT unchecked FROM notification_service.inboxes WHERE workspace_id = $1',
    [id],
  );
  return rows[0]?.unchecked;
}
