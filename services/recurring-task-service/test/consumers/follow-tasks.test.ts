import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { Schedule, SchedulePage, ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, commands, drained } = await startFollowingService({ after });

const weekly = {
  recurrence_rule: 'FREQ=WEEKLY;BYDAY=MO',
  due_date: '2027-03-01',
  time_zone: 'Europe/Berlin',
};
const inTime = completeAt('2027-03-01T10:00:00.000Z');

test('a completion commands one successor, with the next date and an id derived from the task', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(weekly), task.next(inTime));
  await drained();
  const [command, ...others] = commands(ada);
  assert.deepEqual(others, []);
  assert.ok(command?.command_type === 'create-successor');
  assert.deepEqual(
    [command.task_id, command.of_task_id, command.due_date, command.actor.source],
    [successorIdOf(task.id), task.id, '2027-03-08', 'recurrence'],
  );
});

test('repeated deliveries in different batches give one command', async () => {
  const ada = await person();
  const task = testTask(ada);
  const events = [task.next(weekly), task.next(inTime), task.next({ title: 'done, and renamed' })];
  const deliveries = await Promise.all([send(...events), send(...events.toReversed()), send(...events)]);
  assert.deepEqual(new Set(deliveries.flat()), new Set(['SUCCESS']));
  await drained();
  assert.equal(commands(ada).length, 1);
});

test('the result does not depend on the order of arrival: the last version decides', async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), async (order) => {
      const ada = await person();
      const task = testTask(ada);
      const events = [
        task.next(weekly),
        task.next(inTime),
        task.next({ status: 'pending', completed_at: null }),
        task.next({ recurrence_rule: 'FREQ=DAILY' }),
        task.next(completeAt('2027-03-02T10:00:00.000Z')),
      ];
      for (const index of order) await send(...events.slice(index, index + 1));
      await drained();
      const last = commands(ada).at(-1);
      assert.ok(last?.command_type === 'create-successor', `the order ${order.join()}`);
      const { body } = await ada.call<SchedulePage>('GET', '/api/v1/schedules');
      assert.deepEqual(
        body.schedules.map(({ status, current_task_id: current }) => [status, current]),
        [['active', successorIdOf(task.id)]],
      );
    }),
    { numRuns: 25 },
  );
});

test('undoing a completion revokes the successor, completing on another day gives it another date', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(weekly), task.next(inTime));
  await send(task.next({ status: 'pending', completed_at: null }));
  await send(task.next(completeAt('2027-03-16T10:00:00.000Z')));
  await drained();
  assert.deepEqual(
    commands(ada).map((command) => [command.command_type, 'due_date' in command ? command.due_date : null]),
    [
      ['create-successor', '2027-03-08'],
      ['take-back-successor', null],
      ['create-successor', '2027-03-22'],
    ],
  );
});

test('an overdue completion gives the next date, or each missed one if the series is set to it', async () => {
  const ada = await person();
  const overdue = completeAt('2027-03-20T10:00:00.000Z');
  const [usual, every] = [testTask(ada), testTask(ada)];
  await send(usual.next(weekly), every.next(weekly));
  const patched = await ada.call<Schedule>('PATCH', `/api/v1/schedules/${every.id}`, { overdue: 'every' });
  assert.deepEqual([patched.status, patched.body.overdue], [200, 'every']);
  await send(usual.next(overdue), every.next(overdue));
  await drained();
  assert.deepEqual(
    commands(ada).map((command) => 'due_date' in command && command.due_date),
    ['2027-03-22', '2027-03-08'],
  );
});

test('a skipped occurrence has a successor, a deleted one ends its series until it is restored', async () => {
  const ada = await person();
  const [skipped, deleted] = [testTask(ada), testTask(ada)];
  const trash = { deleted_at: '2027-02-01T10:00:00.000Z' };
  await send(skipped.next(weekly), deleted.next(weekly));
  await send(
    skipped.next(trash, { event_type: 'task-skipped' }),
    deleted.next(trash, { event_type: 'task-deleted' }),
  );
  await drained();
  assert.deepEqual(
    commands(ada).map((command) => [command.command_type, 'of_task_id' in command && command.of_task_id]),
    [['create-successor', skipped.id]],
  );
  const scheduleOf = async (id: string) =>
    (await ada.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`)).body;
  assert.deepEqual((await scheduleOf(deleted.id)).ended_reason, 'deleted');
  await send(deleted.next({ deleted_at: null }, { event_type: 'task-restored' }));
  assert.deepEqual((await scheduleOf(deleted.id)).status, 'active');
  assert.deepEqual(
    (await scheduleOf(skipped.id)).history.map(({ kind, date }) => [kind, date]),
    [
      ['skipped', '2027-03-01'],
      ['started', '2027-03-01'],
    ],
  );
});

test('the open task defines the series: rule, zone and kind always, its date only for the first occurrence', async () => {
  const ada = await person();
  const task = testTask(ada);
  const schedule = async () => (await ada.call<Schedule>('GET', `/api/v1/schedules/${task.id}`)).body;
  await send(task.next({ ...weekly, recurrence_rule: 'FREQ=MONTHLY', due_date: '2027-01-31' }));
  await send(task.next({ due_date: '2027-01-30' }));
  assert.equal((await schedule()).anchor, '2027-01-30', 'the first occurrence starts the series');
  await send(task.next(completeAt('2027-01-30T10:00:00.000Z')));
  const second = testTask(ada, successorIdOf(task.id));
  await send(
    second.next({ ...weekly, recurrence_rule: 'FREQ=MONTHLY', due_date: '2027-02-28', series_id: task.id }),
    second.next({ due_date: '2027-03-02' }),
  );
  assert.deepEqual(
    [(await schedule()).anchor, (await schedule()).next_occurrences[0]],
    ['2027-01-30', '2027-03-30'],
    'a later one moves only itself',
  );
  await send(second.next({ recurrence_rule: 'FREQ=MONTHLY;INTERVAL=2' }));
  assert.deepEqual([(await schedule()).anchor, (await schedule()).done], ['2027-03-02', 0]);
  await send(second.next({ recurrence_rule: null }));
  assert.deepEqual((await schedule()).ended_reason, 'stopped');
});

test('a completion in a pause gets its successor on resume, with a date after that moment', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next({ ...weekly, due_date: '2020-03-02' }));
  const paused = await ada.call<ScheduleWithHistory>('POST', `/api/v1/schedules/${task.id}/pause`);
  assert.deepEqual([paused.status, paused.body.status], [200, 'paused']);
  await send(task.next(completeAt('2020-03-02T10:00:00.000Z')));
  await drained();
  assert.deepEqual(commands(ada), []);
  const resumed = await ada.call<ScheduleWithHistory>('POST', `/api/v1/schedules/${task.id}/resume`);
  assert.deepEqual(
    resumed.body.history.map(({ kind }) => kind),
    ['resumed', 'completed', 'paused', 'started'],
  );
  await eventually(() => commands(ada).length === 1);
  const [command] = commands(ada);
  assert.ok(command?.command_type === 'create-successor');
  assert.ok(
    command.due_date > new Date().toISOString().slice(0, 10),
    'dates that passed in the pause are left out',
  );
  assert.equal(new Date(command.due_date).getUTCDay(), 1);
});

test('skip, edit and end send commands to Todo on behalf of the person, and reject invalid requests', async () => {
  const [ada, eve] = [await person(), await person()];
  const task = testTask(ada);
  await send(task.next(weekly));
  const path = `/api/v1/schedules/${task.id}`;
  const post = async (verb: string, body?: unknown) =>
    (await ada.call('POST', `${path}/${verb}`, body)).status;
  assert.equal(await post('skip'), 202);
  assert.equal(await post('edit', { scope: 'this', due_date: '2027-03-02' }), 202);
  assert.equal(await post('edit', { scope: 'following', due_date: '2027-03-03', rule: 'daily' }), 202);
  assert.equal(await post('end', { after_occurrences: 3 }), 202);
  assert.equal(await post('end', { on: '2027-06-01' }), 202);
  assert.equal(await post('end', {}), 202);
  assert.equal(await post('end', { on: '2027-06-01', after_occurrences: 3 }), 422);
  assert.equal(await post('edit', { scope: 'following', rule: 'FREQ=DAILY;COUNT=0' }), 422);
  assert.equal(await post('edit', { scope: 'following', time_zone: 'Mars/Base' }), 422);
  await drained();
  assert.deepEqual(
    commands(ada).map((command) => ('patch' in command ? command.patch : command.command_type)),
    [
      'skip-occurrence',
      { due_date: '2027-03-02' },
      { due_date: '2027-03-03', recurrence_rule: 'FREQ=DAILY' },
      { recurrence_rule: 'FREQ=WEEKLY;COUNT=3;BYDAY=MO' },
      { recurrence_rule: 'FREQ=WEEKLY;UNTIL=20270601;BYDAY=MO' },
      { recurrence_rule: null },
    ],
  );
  assert.ok(commands(ada).every(({ actor }) => actor.user_id === ada.id && actor.source === 'api'));
  await send(task.next({ recurrence_rule: null }));
  assert.equal(await post('skip'), 409, 'a series that has ended has no occurrence to skip');
  for (const [method, verb] of [
    ['GET', ''],
    ['PATCH', ''],
    ['POST', '/pause'],
    ['POST', '/skip'],
  ] as const)
    assert.equal((await eve.call(method, `${path}${verb}`, method === 'PATCH' ? {} : undefined)).status, 404);
  assert.equal((await eve.call<SchedulePage>('GET', '/api/v1/schedules')).body.total, 0);
});

test('a rule that never matches ends its series with a reason', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(
    task.next({ ...weekly, recurrence_rule: 'FREQ=YEARLY;BYMONTH=1;BYYEARDAY=200' }),
    task.next(inTime),
  );
  const { body } = await ada.call<ScheduleWithHistory>('GET', `/api/v1/schedules/${task.id}`);
  assert.deepEqual([body.status, body.ended_reason, body.history[0]?.kind], ['ended', 'no-date', 'ended']);
});
