import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { TestPerson } from '@rondo/shared/test/service';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, commands, drained } = await startFollowingService({ after });

const daily = { recurrence_rule: 'FREQ=DAILY', due_date: '2037-03-01' };
const rank = 'e00001';

const scheduleOf = (who: TestPerson, reference: string) =>
  who.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${encodeURIComponent(reference)}`);

test('a schedule is found by the number of each of its tasks', async () => {
  const ada = await person();
  const first = testTask(ada);
  const second = testTask(ada, successorIdOf(first.id));
  await send(first.next({ ...daily, number: 4, rank }), first.next(completeAt('2037-03-01T10:00:00.000Z')));
  await drained();
  assert.equal((await scheduleOf(ada, '#5')).status, 404, 'the event of the second one is still on the way');
  await send(second.next({ ...daily, due_date: '2037-03-02', series_id: first.id, number: 5, rank }));
  const { body } = await scheduleOf(ada, first.id);
  assert.equal(body.current_task_id, second.id);
  for (const reference of ['#4', '#5']) assert.deepEqual((await scheduleOf(ada, reference)).body, body);
});

test('each change of a schedule takes a number, and a retry by number gets the first answer', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next({ ...daily, number: 12, rank }));
  const changes: [method: string, verb: string, body?: object][] = [
    ['PATCH', '', { overdue: 'every' }],
    ['POST', '/pause'],
    ['POST', '/resume'],
    ['POST', '/edit', { scope: 'this', due_date: '2037-03-02' }],
    ['POST', '/skip'],
    ['POST', '/end', {}],
  ];
  for (const [method, verb, body] of changes) {
    const send = () =>
      ada.call<ScheduleWithHistory>(method, `/api/v1/schedules/%2312${verb}`, body, {
        'idempotency-key': `once${verb}`,
      });
    const { status, body: schedule } = await send();
    assert.deepEqual([Math.floor(status / 100), schedule.id], [2, task.id], verb);
    assert.equal((await send()).headers.get('idempotent-replayed'), 'true', verb);
  }
  await drained();
  assert.equal(commands(ada).length, 3);
});

test('a number that is no number of a series, and that of another person, is 404 like an unknown id', async () => {
  const [ada, eve] = [await person(), await person()];
  const [hers, plain] = [testTask(eve), testTask(ada)];
  await send(
    hers.next({ ...daily, number: 1, rank }),
    plain.next({ number: 2, rank, due_date: '2037-03-01', reminders: [{ before: 'P1D' }] }),
  );
  const unknown = await ada.call<Problem>('GET', `/api/v1/schedules/${v7()}`);
  for (const reference of ['%231', '%232', '%233']) {
    const { status, body } = await ada.call<Problem>('GET', `/api/v1/schedules/${reference}`);
    assert.deepEqual([status, body.detail], [404, unknown.body.detail], reference);
    assert.equal((await ada.call('POST', `/api/v1/schedules/${reference}/pause`)).status, 404, reference);
  }
  for (const malformed of ['1', '%230', '%2301'])
    assert.equal((await ada.call('GET', `/api/v1/schedules/${malformed}`)).status, 422, malformed);
});

test('tasks from before have numbers when Todo has numbered them', async () => {
  const ada = await person();
  const task = testTask(ada);
  const [created, numbered, renamed] = [
    task.next(daily),
    task.next({ number: 3, rank }, { actor: { user_id: ada.id, source: 'recurrence' } }),
    task.next({ title: 'renamed' }),
  ];
  await send(created);
  assert.equal((await scheduleOf(ada, '#3')).status, 404);
  await send(renamed);
  assert.equal((await scheduleOf(ada, '#3')).body.id, task.id, 'each later event says the number');
  await send(numbered);
  assert.equal((await scheduleOf(ada, '#3')).body.title, 'renamed');
});

test('a task keeps its number when an event of a release without numbers follows', async () => {
  const ada = await person();
  const task = testTask(ada);
  const { payload, ...event } = task.next({ ...daily, number: 1, rank });
  await send({ ...event, payload });
  const { number: _number, rank: _rank, ...before } = payload;
  await send({ ...event, event_id: v7(), seq: 2, version: 2, payload: { ...before, version: 2 } });
  assert.equal((await scheduleOf(ada, '#1')).body.id, task.id);
});
