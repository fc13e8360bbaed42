import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { TestPerson } from '@rondo/shared/test/service';
import { completeAt, startFollowingService, testTask, type TestTask } from '../support/following-service.ts';

const { person, send, commands, drained } = await startFollowingService({ after });

const weekly = {
  recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
  due_date: '2027-03-01',
  time_zone: 'Europe/Berlin',
};
const trash = { deleted_at: '2027-02-01T10:00:00.000Z' };

/** The event with which Todo numbers a task from before there were numbers. */
const numbered = ({ id }: TestPerson, task: TestTask, number: number): TaskEvent =>
  task.next(
    { number, rank: `e0000${number}` },
    { event_type: 'task-updated', actor: { user_id: id, source: 'recurrence' } },
  );

for (const [what, closing] of [
  ['a skipped occurrence', (task: TestTask) => task.next(trash, { event_type: 'task-skipped' })],
  ['a completed occurrence', (task: TestTask) => task.next(completeAt('2027-03-01T10:00:00.000Z'))],
  ['a deleted occurrence', (task: TestTask) => task.next(trash, { event_type: 'task-deleted' })],
] as const)
  test(`${what} that gets its number later stays what it was`, async () => {
    const ada = await person();
    const task = testTask(ada);
    await send(task.next(weekly), closing(task));
    await drained();
    const schedule = async () =>
      (await ada.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${task.id}`)).body;
    const [before, commanded] = [await schedule(), commands(ada)];
    await send(numbered(ada, task, 1));
    await drained();
    assert.deepEqual(await schedule(), { ...before, updated_at: (await schedule()).updated_at });
    assert.deepEqual(commands(ada), commanded);
  });

test('a later occurrence that was deleted, and gets its number in the trash, continues its series when it is restored', async () => {
  const ada = await person();
  const first = testTask(ada);
  const second = testTask(ada, successorIdOf(first.id));
  const schedule = async () =>
    (await ada.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${first.id}`)).body;
  await send(first.next(weekly), first.next(completeAt('2027-03-01T10:00:00.000Z')));
  await send(
    second.next({ ...weekly, due_date: '2027-03-08', series_id: first.id }),
    second.next(trash, { event_type: 'task-deleted' }),
    numbered(ada, second, 2),
  );
  assert.deepEqual(
    [(await schedule()).ended_reason, (await schedule()).current_task_id],
    ['deleted', second.id],
  );
  await send(second.next({ deleted_at: null }, { event_type: 'task-restored' }));
  assert.deepEqual([(await schedule()).status, (await schedule()).current_task_id], ['active', second.id]);
});
