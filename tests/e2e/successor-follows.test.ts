import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import { openInstallation } from '../support/installation.ts';
import { assertOneSuccessorEach } from '../support/time-invariants.ts';

const monthly = {
  title: 'pay the rent',
  due_date: '2027-01-31T09:00:00+01:00',
  time_zone: 'Europe/Berlin',
  recurrence_schedule: 'monthly',
  reminders: [{ before: 'P1D' }, { at: '2027-01-31T08:00:00+01:00' }],
};

test('every way of completing a recurring task creates one successor, and undo, skip and end act on the series', async (t) => {
  const installation = await openInstallation(t);
  const ada = await installation.person('ada');

  const create = async () => (await ada.call('POST', '/api/v1/tasks', monthly)).body as Task;
  const find = async (id: string) => {
    const { status, body } = await ada.call('GET', `/api/v1/tasks/${id}`);
    return status === 200 ? (body as Task) : undefined;
  };
  const successorOf = ({ id }: Task) =>
    eventually(async () => {
      const found = await find(successorIdOf(id));
      return found?.deleted_at === null && found;
    });
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status } = await ada.call(method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${status}`);
  };

  const ways: ((task: Task) => Promise<void>)[] = [
    ({ id }) => ask('POST', `/api/v1/tasks/${id}/complete`),
    ({ id }) => ask('PATCH', `/api/v1/tasks/${id}`, { status: 'complete' }),
    ({ id }) => ask('PUT', `/api/v1/tasks/${id}`, { ...monthly, status: 'complete' }),
    ({ id }) => ask('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'complete', id }] }),
  ];
  for (const complete of ways) {
    const task = await create();
    await complete(task);
    const next = await successorOf(task);
    assert.deepEqual(
      [next.due_date, next.reminders, next.series_id, next.status],
      [
        '2027-02-28T09:00:00+01:00',
        [{ before: 'P1D' }, { at: '2027-02-28T08:00:00+01:00' }],
        task.id,
        'pending',
      ],
    );
  }
  await assertOneSuccessorEach(ada);

  const undone = await create();
  await ask('POST', `/api/v1/tasks/${undone.id}/complete`);
  const revoked = await successorOf(undone);
  await ask('POST', '/api/v1/undo');
  await eventually(async () => (await find(revoked.id))?.deleted_at !== null);
  assert.equal((await find(undone.id))?.status, 'pending');

  // Todo revokes the successor at once; Recurring learns from an event which occurrence is open.
  await eventually(async () => {
    const { current_task_id } = await ada.get<ScheduleWithHistory>(`/api/v1/schedules/${undone.id}`);
    return current_task_id === undone.id;
  });
  await ask('POST', `/api/v1/schedules/${undone.id}/skip`);
  const skippedTo = await successorOf(undone);
  assert.equal(skippedTo.due_date, '2027-02-28T09:00:00+01:00');
  // Recurring learns of the successor from an event, a moment after Todo's API returns it.
  await eventually(() =>
    ask('POST', `/api/v1/schedules/${undone.id}/end`, { after_occurrences: 1 }).then(() => true),
  );
  await eventually(async () => (await find(skippedTo.id))?.recurrence_rule === 'FREQ=MONTHLY;COUNT=1');
  await ask('POST', `/api/v1/tasks/${skippedTo.id}/complete`);
  const schedule = await eventually(async () => {
    const found = await ada.get<ScheduleWithHistory>(`/api/v1/schedules/${undone.id}`);
    return found.status === 'ended' && found;
  });
  assert.deepEqual(
    [schedule.ended_reason, ...schedule.history.map(({ kind }) => kind)],
    ['count', 'ended', 'completed', 'edited', 'skipped', 'reopened', 'completed', 'started'],
  );
});
