import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import type { TestPerson } from '@rondo/shared/test/service';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, commands, drained } = await startFollowingService({ after });

const daily = { due_date: '2027-03-01', recurrence_rule: 'FREQ=DAILY' };
const begin: Partial<TaskEvent> = {
  schema_version: '1.1',
  series: { exdates: ['2027-03-02'], rdates: [] },
};
const scheduleOf = async (who: TestPerson, id: string) =>
  (await who.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`)).body;

test('a series begins with the dates of its creation', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(daily, begin));
  const { exdates, next_occurrences: next } = await scheduleOf(ada, task.id);
  assert.deepEqual([exdates, next[0]], [['2027-03-02'], '2027-03-03']);
  await send(task.next(completeAt('2027-03-01T10:00:00.000Z')));
  await drained();
  const [command] = commands(ada);
  assert.ok(command?.command_type === 'create-successor');
  assert.equal(command.due_date, '2027-03-03');
});

test('they arrive also with a creation that comes after a later event, and only then', async () => {
  const ada = await person();
  const task = testTask(ada);
  const created = task.next(daily, { ...begin, timestamp: '2026-11-01T10:00:00.000Z' });
  await send(task.next({ title: 'renamed' }));
  await send(created);
  assert.deepEqual((await scheduleOf(ada, task.id)).exdates, ['2027-03-02']);
  await ada.call('PATCH', `/api/v1/schedules/${task.id}`, { exdates: [] });
  await send({ ...created, event_id: crypto.randomUUID() });
  assert.deepEqual((await scheduleOf(ada, task.id)).exdates, [], 'a replay brings nothing back');
});
