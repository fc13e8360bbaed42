import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { startTodoAndRecurring } from '../support/todo-and-recurring.ts';

const { person, live, recurring, settle } = await startTodoAndRecurring({ after });
const zone = 'America/Los_Angeles';

/** On 14 March 2027 the clocks of Los Angeles go forward. */
const meeting = {
  title: 'meeting',
  start: '2027-03-13T09:00:00-08:00',
  due_date: '2027-03-13T09:30:00-08:00',
  recurrence_rule: 'FREQ=DAILY',
  reminders: [{ at: '2027-03-13T09:15:00-08:00' }],
};

for (const [where, claims] of [
  ['their settings', {}],
  ['their token', { zoneinfo: zone }],
] as const)
  test(`across a clock change, a task without a zone recurs at the time of day in the zone of ${where}`, async () => {
    const ada = await person(claims);
    if (where === 'their settings') await live(ada, zone);
    const { body: parent } = await ada.todo<Task>('POST', '/api/v1/tasks', meeting);
    const agenda = {
      title: 'agenda',
      parent_id: parent.id,
      start: '2027-03-13T20:00:00-08:00',
      due_date: '2027-03-13',
    };
    const { body: child } = await ada.todo<Task>('POST', '/api/v1/tasks', agenda);
    await settle();
    assert.equal((await ada.todo('POST', `/api/v1/tasks/${parent.id}/complete`)).status, 200);
    await settle();
    const datesOf = async ({ id }: Task) => {
      const { body } = await ada.todo<Task>('GET', `/api/v1/tasks/${successorIdOf(id)}`);
      return [body.start, body.due_date, body.reminders];
    };
    assert.deepEqual(await datesOf(parent), [
      '2027-03-14T09:00:00-07:00',
      '2027-03-14T09:30:00-07:00',
      [{ at: '2027-03-14T09:15:00-07:00' }],
    ]);
    assert.deepEqual(await datesOf(child), ['2027-03-14T20:00:00-07:00', '2027-03-14', []]);
  });

for (const [where, claims] of [
  ['their settings', { zoneinfo: 'Asia/Tokyo' }],
  ['their token', { zoneinfo: zone }],
] as const)
  test(`reminders of the next all-day occurrence, and of what is below it, are in the zone of ${where}`, async (t) => {
    const ada = await person(claims);
    if (where === 'their settings') await live(ada, zone);
    const allDay = { due_date: '2027-03-13', reminders: [{ before: 'PT0S' }] };
    const weekly = { ...allDay, title: 'bins', recurrence_rule: 'FREQ=WEEKLY' };
    const { body: parent } = await ada.todo<Task>('POST', '/api/v1/tasks', weekly);
    const below = { ...allDay, title: 'bags', parent_id: parent.id };
    const { body: child } = await ada.todo<Task>('POST', '/api/v1/tasks', below);
    await settle();
    assert.equal((await ada.todo('POST', `/api/v1/tasks/${parent.id}/complete`)).status, 200);
    await settle();
    const pool = openPool(recurring.database_url, 'test', 1);
    t.after(() => pool.end());
    const { rows } = await pool.query<{ task_id: string; remind_at: string }>(
      'SELECT task_id, remind_at FROM recurring_task_service.reminders WHERE task_id = ANY ($1)',
      [[parent.id, child.id].map((id) => successorIdOf(id))],
    );
    assert.deepEqual(
      rows.map((row) => new Date(row.remind_at).toISOString()),
      ['2027-03-20T16:00:00.000Z', '2027-03-20T16:00:00.000Z'],
    );
  });
