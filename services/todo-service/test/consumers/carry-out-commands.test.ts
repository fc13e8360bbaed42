import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import type { Task } from '@rondo/shared/contracts/task';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import {
  type Tasks,
  complete,
  create,
  find,
  frame,
  nextWeek,
  startCommandedService,
  taskOf,
  weekly,
} from '../support/commanded-service.ts';
import { eventsOf } from '../support/tasks-of.ts';

const { isSettled, keep, person, pool, send, service } = await startCommandedService({ after });

test("a person's decision about a series is carried out in their name, and can be undone", async () => {
  const ada = await person();
  const task = await taskOf(ada);
  const edit = {
    ...frame(ada, 'api'),
    command_type: 'edit-occurrence',
    task_id: task.id,
    patch: { due_date: '2027-03-23', recurrence_rule: 'FREQ=DAILY;COUNT=3' },
  };
  await send(edit);
  const edited = await find(ada, task.id);
  assert.deepEqual(
    [edited.due_date, edited.recurrence_rule, edited.title],
    ['2027-03-23', 'FREQ=DAILY;COUNT=3', task.title],
  );
  await send({ ...frame(ada, 'api'), command_type: 'skip-occurrence', task_id: task.id });
  assert.notEqual((await find(ada, task.id)).deleted_at, null);
  await ada.call('POST', '/api/v1/undo');
  await ada.call('POST', '/api/v1/undo');
  assert.deepEqual(
    [(await find(ada, task.id)).due_date, (await find(ada, task.id)).deleted_at],
    [weekly.due_date, null],
  );
});

test('a decision that an agent made in a turn is carried out as theirs', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  const turn = v7();
  const agent = { client_id: 'helper', name: 'Helper' };
  const skip = { ...frame(ada, 'api'), command_type: 'skip-occurrence', task_id: task.id };
  const actor = { ...skip.actor, agent };
  assert.deepEqual(await send({ ...skip, schema_version: '1.1', actor, turn_id: turn }), ['SUCCESS']);
  const event = (await eventsOf(ada)).at(-1);
  assert.deepEqual([event?.event_type, event?.actor, event?.turn_id], ['task-skipped', actor, turn]);
});

test('a command that can not be carried out becomes a dead letter; the others are carried out', async () => {
  const ada = await person();
  const operator = await person(['operator']);
  const task = await taskOf(ada, { ...weekly, start: '2027-03-20' });
  const patch = (due: string) => ({
    ...frame(ada, 'api'),
    command_type: 'edit-occurrence',
    task_id: task.id,
    patch: { due_date: due },
  });
  const poison = patch('2027-01-01');
  const unknown = { ...create(ada, task, nextWeek), schema_version: '9.0' };
  const verdicts = await send(poison, unknown, patch('2027-03-25'));
  assert.deepEqual(verdicts, ['SUCCESS', 'DROP', 'SUCCESS']);
  const { dead_letters: letters } = (
    await operator.call<DeadLetterPage>('GET', '/api/v1/dead-letters/todo-service')
  ).body;
  const reasonOf = (id: string) => letters.find(({ event_id }) => event_id === id)?.reason ?? '';
  assert.match(reasonOf(poison.event_id), /start is after due_date/);
  assert.match(reasonOf(unknown.event_id), /schema_version/);
  assert.equal((await find(ada, task.id)).due_date, '2027-03-25');
});

test('commands of a workspace that is busy hold back only its own', async () => {
  const [ada, eve] = [await person(), await person()];
  const [ofAda, ofEve] = [await taskOf(ada), await taskOf(eve)];
  await complete(ada, ofAda);
  await complete(eve, ofEve);
  const client = await pool.connect();
  const lock = `SELECT pg_advisory_lock(hashtextextended($1, 0))`;
  await client.query(lock, [`family ${eve.id}`]);
  try {
    assert.deepEqual(await keep(create(eve, ofEve, nextWeek), create(ada, ofAda, nextWeek)), [
      'SUCCESS',
      'SUCCESS',
    ]);
    await eventually(async () => (await find(ada, successorIdOf(ofAda.id))).title === weekly.title);
  } finally {
    await client.query('SELECT pg_advisory_unlock_all()');
    client.release();
  }
  await eventually(async () => (await find(eve, successorIdOf(ofEve.id))).title === weekly.title);
});

test('the commands of a workspace are carried out in order, more than fit in a turn', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  const dates = Array.from({ length: 35 }, (_, n) => `2027-04-${String((n % 30) + 1).padStart(2, '0')}`);
  await send(
    ...dates.map((due_date) => ({
      ...frame(ada, 'api'),
      command_type: 'edit-occurrence',
      task_id: task.id,
      patch: { due_date },
    })),
  );
  const { rows } = await pool.query<{ due: string }>(
    `SELECT payload ->> 'due_date' AS due FROM todo_service.events WHERE task_id = $1 AND version > 1 ORDER BY version`,
    [task.id],
  );
  assert.deepEqual(
    rows.map(({ due }) => due),
    dates,
  );
});

test('a command of one workspace changes nothing in another', async () => {
  const [ada, eve] = [await person(), await person()];
  const task = await taskOf(ada);
  await complete(ada, task);
  await send({ ...create(eve, task, nextWeek) });
  await send({ ...frame(eve, 'api'), command_type: 'skip-occurrence', task_id: task.id });
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 1);
  assert.equal((await eve.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
});

test('metrics say how old commands were when they were carried out, and how many wait', async () => {
  const metric = async (name: string) => {
    const text = await (await fetch(service.metricsUrl)).text();
    return Number(new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]);
  };
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', {
    title: 'Water',
    due_date: '2027-03-01',
    recurrence_rule: 'FREQ=DAILY',
  });
  await ada.call('POST', `/api/v1/tasks/${task.id}/complete`);
  const [count, sum] = [
    await metric('rondo_command_age_seconds_count'),
    await metric('rondo_command_age_seconds_sum'),
  ];
  const command = {
    ...create(ada, task, '2027-03-02'),
    timestamp: new Date(Date.now() - 60_000).toISOString(),
  };
  const blocker = await pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE todo_service.tasks');
  await keep(command);
  assert.equal(await metric('rondo_waiting_commands'), 1);
  await blocker.query('ROLLBACK');
  blocker.release();
  await eventually(isSettled);
  await eventually(async () => (await metric('rondo_command_age_seconds_count')) === count + 1);
  assert.ok((await metric('rondo_command_age_seconds_sum')) - sum >= 60);
  assert.equal(await metric('rondo_waiting_commands'), 0);
});
