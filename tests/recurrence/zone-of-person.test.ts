import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { startTodoAndRecurring } from '../support/todo-and-recurring.ts';

const { person, live, settle } = await startTodoAndRecurring({ after });
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
