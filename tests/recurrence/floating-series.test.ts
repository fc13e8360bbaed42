import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import type { ScheduleWithHistory } from '@rondo/shared/contracts/schedule';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import type { Task } from '@rondo/shared/contracts/task';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { wallText } from '@rondo/time/iso-8601';
import { hourMs } from '@rondo/time/units';
import { wallOf } from '@rondo/time/wall-clock';
import { settingsEvent } from '../../services/todo-service/test/support/settings.ts';
import { startTodoAndRecurring, type PersonOfBoth } from '../support/todo-and-recurring.ts';

const { todo, recurring, person, settle } = await startTodoAndRecurring({ after });
const pool = openPool(recurring.database_url, 'floating series test', 1);
after(() => pool.end());

const vienna = 'Europe/Vienna';
const newYork = 'America/New_York';
const pills = {
  title: 'pills',
  is_floating: true,
  due_date: '2027-03-01T08:00:00',
  recurrence_rule: 'FREQ=DAILY',
  reminders: [{ before: 'PT30M' }],
};

let day = 0;
/** The settings of a person name another zone, which both services learn. */
const moveTo = async ({ id }: PersonOfBoth, zone: string) => {
  day += 1;
  const event = settingsEvent(id, zone, new Date(Date.UTC(2027, 0, day)).toISOString());
  for (const service of [todo, recurring])
    assert.deepEqual(await service.deliver(topics.personSettings, [event]), ['SUCCESS']);
};
const viennese = async () => {
  const who = await person();
  await moveTo(who, vienna);
  return who;
};
const create = async (who: PersonOfBoth, draft: object) => {
  const { body } = await who.todo<Task>('POST', '/api/v1/tasks', draft);
  await settle();
  return body;
};
const taskOf = async (who: PersonOfBoth, id: string) =>
  (await who.todo<Task>('GET', `/api/v1/tasks/${id}`)).body;
const act = async (who: PersonOfBoth, verb: string, id: string) => {
  assert.equal((await who.todo('POST', `/api/v1/tasks/${id}/${verb}`)).status, 200);
  await settle();
};
/** Moves the person, and waits for one of their tasks. */
const move = async (who: PersonOfBoth, zone: string, id: string) => {
  await moveTo(who, zone);
  await eventually(async () => (await taskOf(who, id)).time_zone === zone);
  await settle();
};
const scheduleOf = async (who: PersonOfBoth, id: string) =>
  (await who.recurring<ScheduleWithHistory>('GET', `/api/v1/schedules/${id}`)).body;
const openOnes = async (who: PersonOfBoth) =>
  (await who.todo<{ tasks: Task[] }>('GET', '/api/v1/tasks?limit=100')).body.tasks
    .filter(({ status }) => status !== 'complete')
    .map(({ due_date: due, time_zone: zone, is_floating }) => [due, zone, is_floating]);
const remindersOf = async (id: string) =>
  (
    await pool.query<{ remind_at: Date; state: string }>(
      'SELECT remind_at, state FROM recurring_task_service.reminders WHERE task_id = $1 ORDER BY remind_at',
      [id],
    )
  ).rows.map(({ remind_at: at, state }) => [new Date(at).toISOString(), state]);

test('daily at 8:00 in Vienna is daily at 8:00 in New York: due, reminder, next occurrence, and back', async () => {
  const ada = await viennese();
  const { id } = await create(ada, pills);
  assert.deepEqual(await remindersOf(id), [['2027-03-01T06:30:00.000Z', 'pending']]);
  await move(ada, newYork, id);
  assert.deepEqual(await openOnes(ada), [['2027-03-01T08:00:00-05:00', newYork, true]]);
  assert.deepEqual(await remindersOf(id), [['2027-03-01T12:30:00.000Z', 'pending']]);
  const schedule = await scheduleOf(ada, id);
  assert.deepEqual(
    [schedule.anchor, schedule.time_zone, schedule.current_date, schedule.next_occurrences[0]],
    ['2027-03-01T08:00:00', newYork, '2027-03-01T08:00:00-05:00', '2027-03-02T08:00:00-05:00'],
  );
  assert.deepEqual(
    schedule.history.map(({ kind }) => kind),
    ['started'],
  );
  await act(ada, 'complete', id);
  const next = successorIdOf(id);
  assert.deepEqual(await openOnes(ada), [['2027-03-02T08:00:00-05:00', newYork, true]]);
  assert.deepEqual(await remindersOf(next), [['2027-03-02T12:30:00.000Z', 'pending']]);
  await move(ada, vienna, next);
  assert.deepEqual(await openOnes(ada), [['2027-03-02T08:00:00+01:00', vienna, true]]);
  assert.equal((await taskOf(ada, id)).due_date, '2027-03-01T08:00:00-05:00');
  await act(ada, 'complete', next);
  assert.deepEqual(await openOnes(ada), [['2027-03-03T08:00:00+01:00', vienna, true]]);
});

test('the series keeps its anchor, its count and its dates: none is lost, and none comes twice', async () => {
  const ada = await viennese();
  const { id } = await create(ada, {
    ...pills,
    due_date: '2027-01-31T08:00:00',
    recurrence_rule: 'FREQ=MONTHLY;COUNT=5',
    exdates: ['2027-03-31T08:00:00'],
    rdates: ['2027-04-15T20:00:00'],
  });
  await act(ada, 'complete', id);
  const second = successorIdOf(id);
  assert.equal((await taskOf(ada, second)).due_date, '2027-02-28T08:00:00+01:00');
  await move(ada, newYork, second);
  const { done, exdates, rdates, next_occurrences: next } = await scheduleOf(ada, id);
  assert.deepEqual(
    [done, exdates, rdates, next],
    [
      1,
      ['2027-03-31T08:00:00-04:00'],
      ['2027-04-15T20:00:00-04:00'],
      ['2027-04-15T20:00:00-04:00', '2027-04-30T08:00:00-04:00', '2027-05-31T08:00:00-04:00'],
    ],
  );
  await act(ada, 'complete', second);
  assert.deepEqual(await openOnes(ada), [['2027-04-15T20:00:00-04:00', newYork, true]]);
});

test('an occurrence in a gap moves on that day only', async () => {
  const ada = await viennese();
  const { id } = await create(ada, { ...pills, due_date: '2027-03-14T02:30:00' });
  await move(ada, newYork, id);
  assert.deepEqual(await openOnes(ada), [['2027-03-14T03:30:00-04:00', newYork, true]]);
  await act(ada, 'complete', id);
  assert.deepEqual(await openOnes(ada), [['2027-03-15T02:30:00-04:00', newYork, true]]);
});

test('a successor that was commanded in the zone before is created in that of now', async () => {
  const ada = await viennese();
  const { id } = await create(ada, { ...pills, start: '2027-03-01T07:00:00' });
  assert.equal((await ada.todo('POST', `/api/v1/tasks/${id}/complete`)).status, 200);
  await moveTo(ada, newYork);
  await settle();
  const next = await taskOf(ada, successorIdOf(id));
  assert.deepEqual(
    [next.start, next.due_date, next.time_zone],
    ['2027-03-02T07:00:00-05:00', '2027-03-02T08:00:00-05:00', newYork],
  );
  assert.deepEqual(await remindersOf(next.id), [['2027-03-02T12:30:00.000Z', 'pending']]);
  assert.equal((await scheduleOf(ada, id)).time_zone, newYork);
});

test('an occurrence that was completed in another zone and is reopened goes on in that of now', async () => {
  const ada = await viennese();
  const { id } = await create(ada, pills);
  const second = successorIdOf(id);
  await act(ada, 'complete', id);
  await act(ada, 'complete', second);
  const third = successorIdOf(second);
  await move(ada, newYork, third);
  // The untouched later one is revoked, although it moved.
  await act(ada, 'reopen', id);
  assert.deepEqual(await openOnes(ada), [['2027-03-01T08:00:00-05:00', newYork, true]]);
  // The second one was closed in Vienna: 8:00 in New York of its day is no other date.
  await act(ada, 'complete', id);
  assert.deepEqual(await openOnes(ada), [['2027-03-03T08:00:00-05:00', newYork, true]]);
});

test('a series that ended goes on in the zone of now when its last occurrence is reopened', async () => {
  const ada = await viennese();
  const { id } = await create(ada, { ...pills, recurrence_rule: 'FREQ=DAILY;COUNT=1' });
  await act(ada, 'complete', id);
  await moveTo(ada, newYork);
  await act(ada, 'reopen', id);
  const { time_zone, current_date, anchor } = await scheduleOf(ada, id);
  assert.deepEqual(
    [time_zone, current_date, anchor],
    [newYork, '2027-03-01T08:00:00-05:00', '2027-03-01T08:00:00'],
  );
});

test('what reminded in the zone before does not remind again, and what has passed in that of now does at once', async () => {
  const ada = await viennese();
  const { id } = await create(ada, { ...pills, recurrence_rule: null });
  const [[at] = []] = await remindersOf(id);
  await pool.query(`UPDATE recurring_task_service.reminders SET state = 'fired' WHERE task_id = $1`, [id]);
  await move(ada, newYork, id);
  assert.deepEqual(await remindersOf(id), [
    [at, 'fired'],
    ['2027-03-01T12:30:00.000Z', 'passed'],
  ]);
  // In three hours here is five hours ago in Tokyo.
  const due_date = wallText(wallOf(Date.now() + 3 * hourMs, vienna));
  const bea = await viennese();
  const soon = await create(bea, { ...pills, due_date, recurrence_rule: null });
  const [[before, state] = []] = await remindersOf(soon.id);
  assert.equal(state, 'pending');
  await move(bea, 'Asia/Tokyo', soon.id);
  const [fired, ...others] = await eventually(async () => {
    const found = await remindersOf(soon.id);
    return found[0]?.[1] === 'fired' && found;
  });
  assert.deepEqual(others, []);
  assert.ok(fired && before && fired[0] && fired[0] < before);
});

test('an absolute reminder moves to and fro with its task, fires once, and an undo changes neither', async () => {
  const ada = await viennese();
  const draft = {
    ...pills,
    recurrence_rule: null,
    reminders: [{ at: '2027-02-28T20:00:00' }, { at: '2027-03-14T02:30:00' }],
  };
  const { id } = await create(ada, draft);
  const [evening, night] = [
    ['2027-02-28T19:00:00.000Z', 'pending'],
    ['2027-03-14T01:30:00.000Z', 'pending'],
  ];
  assert.deepEqual(await remindersOf(id), [evening, night]);
  await ada.todo('PATCH', `/api/v1/tasks/${id}`, { title: 'vitamins' });
  await move(ada, newYork, id);
  // The clock of New York skips 2:30 on 14 March.
  const nightThere = ['2027-03-14T07:30:00.000Z', 'pending'];
  assert.deepEqual(await remindersOf(id), [['2027-03-01T01:00:00.000Z', 'pending'], nightThere]);
  await pool.query(
    `UPDATE recurring_task_service.reminders SET state = 'fired' WHERE task_id = $1 AND remind_at < '2027-03-02'`,
    [id],
  );
  const fired = ['2027-03-01T01:00:00.000Z', 'fired'];
  assert.equal((await ada.todo('POST', '/api/v1/undo')).status, 200);
  await settle();
  assert.equal((await taskOf(ada, id)).title, 'pills');
  // The version before the undone change has 2:30, which moves by the gap as it did.
  assert.deepEqual(await remindersOf(id), [fired, nightThere]);
  await move(ada, vienna, id);
  const nightHere = ['2027-03-14T02:30:00.000Z', 'pending'];
  assert.deepEqual(await remindersOf(id), [['2027-02-28T19:00:00.000Z', 'passed'], fired, nightHere]);
  await move(ada, newYork, id);
  assert.deepEqual((await remindersOf(id)).slice(0, 2), [['2027-02-28T19:00:00.000Z', 'passed'], fired]);
});

test('the successor of a task with an absolute reminder has it at that time of its day, in the zone of now', async () => {
  const ada = await viennese();
  const { id } = await create(ada, { ...pills, reminders: [{ at: '2027-02-28T20:00:00' }] });
  assert.equal((await ada.todo('POST', `/api/v1/tasks/${id}/complete`)).status, 200);
  await moveTo(ada, newYork);
  await settle();
  const next = await taskOf(ada, successorIdOf(id));
  assert.deepEqual(next.reminders, [{ at: '2027-03-01T20:00:00-05:00' }]);
  assert.deepEqual(await remindersOf(next.id), [['2027-03-02T01:00:00.000Z', 'pending']]);
});

test('an absolute reminder whose time has passed in the zone of now fires at once', async () => {
  const ada = await viennese();
  const at = wallText(wallOf(Date.now() + 3 * hourMs, vienna));
  const { id } = await create(ada, { ...pills, recurrence_rule: null, reminders: [{ at }] });
  const [[before, state] = []] = await remindersOf(id);
  assert.equal(state, 'pending');
  await move(ada, 'Asia/Tokyo', id);
  const [fired, ...others] = await eventually(async () => {
    const found = await remindersOf(id);
    return found[0]?.[1] === 'fired' && found;
  });
  assert.deepEqual(others, []);
  assert.ok(fired?.[0] && before && fired[0] < before);
});

test('two moves in a row, and a repeated event, leave one open occurrence', async () => {
  const ada = await viennese();
  const { id } = await create(ada, pills);
  await moveTo(ada, newYork);
  await move(ada, 'Asia/Tokyo', id);
  assert.deepEqual(await openOnes(ada), [['2027-03-01T08:00:00+09:00', 'Asia/Tokyo', true]]);
  const { next_occurrences: next, done } = await scheduleOf(ada, id);
  assert.deepEqual([next[0], done], ['2027-03-02T08:00:00+09:00', 0]);
});
