import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import type { TestPerson } from '@rondo/shared/test/service';
import { createTestClock, inboxOf, reminder, startNotifications } from '../support/notifications.ts';
import { taskChange } from '../support/task-change.ts';

const clock = createTestClock('2023-03-02T12:00:00Z');
const { person, send, startReplica, database_url: url } = await startNotifications({ after }, { clock });
const pool = openPool(url, 'notification test', 1);
after(() => pool.end());

const reminders = [{ before: 'PT10M' }];
const rank = 'e00001';

const entriesOf = async (who: TestPerson, number: number) => {
  const { notifications, total, unread } = await inboxOf(who, `task_id=%23${number}`);
  return { ids: notifications.map(({ id }) => id), total, unread };
};

test('the inbox is filtered by the number of a task as by its id', async () => {
  const ada = await person();
  const [task_id, other] = [v7(), v7()];
  const one = reminder(ada.id, { task_id });
  await send('reminders', one, reminder(ada.id, { task_id: other }));
  assert.equal((await entriesOf(ada, 7)).total, 0, 'the event of the task is still on the way');
  await send(
    'task-events',
    taskChange(ada.id, { task_id, number: 7, rank, reminders }),
    taskChange(ada.id, { task_id: other, number: 8, rank, reminders }),
  );
  assert.deepEqual(await entriesOf(ada, 7), { ids: [one.event_id], total: 1, unread: 2 });
  assert.deepEqual(await inboxOf(ada, 'task_id=%237'), await inboxOf(ada, `task_id=${task_id}`));
});

test('a number that nothing has, and the number of another person, find nothing, like an unknown id', async () => {
  const [ada, eve] = [await person(), await person()];
  const task_id = v7();
  await send('task-events', taskChange(eve.id, { task_id, number: 7, rank, reminders }));
  await send('reminders', reminder(eve.id, { task_id }), reminder(ada.id, { task_id }));
  const unknown = await inboxOf(ada, `task_id=${v7()}`);
  assert.deepEqual([unknown.total, unknown.unread], [0, 1]);
  assert.deepEqual(await inboxOf(ada, 'task_id=%237'), unknown);
  for (const malformed of ['7', '%230', '%23', '%2307', '%231e3'])
    assert.equal((await ada.call('GET', `/api/v1/notifications?task_id=${malformed}`)).status, 422);
});

test('entries from before have the number when Todo has numbered their task', async () => {
  const ada = await person();
  const task_id = v7();
  const one = reminder(ada.id, { task_id });
  await send('task-events', taskChange(ada.id, { task_id, reminders }));
  await send('reminders', one);
  assert.equal((await entriesOf(ada, 3)).total, 0);
  const same = taskChange(ada.id, { task_id, version: 2, reminders, number: 3, rank });
  const numbered: TaskEvent = { ...same, changed: ['number', 'rank'] };
  await send('task-events', numbered);
  assert.deepEqual((await entriesOf(ada, 3)).ids, [one.event_id]);
  await send('task-events', taskChange(ada.id, { task_id, version: 3, reminders, title: 'Renamed' }));
  assert.deepEqual(
    (await entriesOf(ada, 3)).ids,
    [one.event_id],
    'a replica of the release before takes no number away',
  );
});

test('an open task keeps its number for years, until its reminder comes; a closed one goes after a year', async () => {
  const ada = await person();
  const [open, closed] = [v7(), v7()];
  await send(
    'task-events',
    taskChange(ada.id, { task_id: open, number: 1, rank, reminders }),
    taskChange(ada.id, { task_id: closed, number: 2, rank, reminders, status: 'complete' }),
  );
  clock.set('2026-03-02T12:00:00Z');
  await startReplica();
  const followed = async () => {
    const { rows } = await pool.query<{ task_id: string }>(
      'SELECT task_id FROM notification_service.followed_tasks WHERE workspace_id = $1',
      [ada.id],
    );
    return rows.map(({ task_id: id }) => id);
  };
  await eventually(async () => !(await followed()).includes(closed));
  assert.deepEqual(await followed(), [open]);
  const late = reminder(ada.id, { task_id: open });
  await send('reminders', late);
  assert.deepEqual((await entriesOf(ada, 1)).ids, [late.event_id]);
});
