import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import { openPool } from '@rondo/postgres/open-pool';
import type { DeadLetterPage } from '@rondo/shared/contracts/dead-letter';
import type { Task, TaskDraft } from '@rondo/shared/contracts/task';
import type { TaskCommand } from '@rondo/shared/contracts/task-command';
import type { TaskEvent } from '@rondo/shared/contracts/task-event';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { service, person, deliver, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'commands test', 1);
after(() => pool.end());

const isSettled = async () =>
  (await pool.query('SELECT FROM todo_service.waiting_commands LIMIT 1')).rowCount === 0;

type Tasks = { tasks: Task[]; total: number };

const keep = (...commands: object[]) =>
  deliver(
    'task-commands',
    commands.map((data) => ({
      specversion: '1.0',
      id: (data as TaskCommand).event_id,
      topic: 'task-commands',
      data,
    })),
  );

/** Delivers commands, and waits until they are carried out. */
async function send(...commands: object[]): Promise<string[]> {
  const verdicts = await keep(...commands);
  await eventually(isSettled);
  return verdicts;
}

const frame = (who: TestPerson, source: 'recurrence' | 'api' = 'recurrence') => ({
  event_id: v7(),
  schema_version: '1.0' as const,
  timestamp: new Date().toISOString(),
  workspace_id: who.id,
  actor: { user_id: who.id, source },
});

const create = (who: TestPerson, of: Task, due: string) => ({
  ...frame(who),
  command_type: 'create-successor',
  task_id: successorIdOf(of.id),
  of_task_id: of.id,
  due_date: due,
});
const revoke = (who: TestPerson, of: Task) => ({
  ...frame(who),
  command_type: 'take-back-successor',
  task_id: successorIdOf(of.id),
  of_task_id: of.id,
});

const weekly = {
  title: 'water the plants',
  due_date: '2027-03-22T09:00:00+01:00',
  time_zone: 'Europe/Berlin',
  recurrence_rule: 'FREQ=WEEKLY',
};
const nextWeek = '2027-03-29T09:00:00+02:00';

async function taskOf(who: TestPerson, draft: TaskDraft = weekly): Promise<Task> {
  return (await who.call<Task>('POST', '/api/v1/tasks', draft)).body;
}
const complete = (who: TestPerson, { id }: Task) => who.call('POST', `/api/v1/tasks/${id}/complete`);
const find = async (who: TestPerson, id: string) => (await who.call<Task>('GET', `/api/v1/tasks/${id}`)).body;
const open = async (who: TestPerson) =>
  (await who.call<Tasks>('GET', '/api/v1/tasks?status=pending')).body.tasks;

test('a successor has the content of its occurrence, with dates and reminders moved across a clock change, and open subtasks', async () => {
  const ada = await person();
  const task = await taskOf(ada, {
    ...weekly,
    description: 'all of them',
    priority: 2,
    labels: ['home', 'green'],
    list: 'house',
    start: '2027-03-21T09:00:00+01:00',
    reminders: [{ before: 'PT2H' }, { at: '2027-03-22T07:30:00+01:00' }],
  });
  const child = await taskOf(ada, { title: 'fill the can', parent_id: task.id, due_date: '2027-03-22' });
  await taskOf(ada, { title: 'find the can', parent_id: child.id });
  await complete(ada, child);
  await complete(ada, task);
  assert.deepEqual(await send(create(ada, task, nextWeek)), ['SUCCESS']);
  const next = await find(ada, successorIdOf(task.id));
  assert.deepEqual(
    [next.status, next.due_date, next.start, next.reminders, next.series_id, next.version],
    [
      'pending',
      nextWeek,
      '2027-03-28T09:00:00+02:00',
      [{ before: 'PT2H' }, { at: '2027-03-29T07:30:00+02:00' }],
      task.id,
      1,
    ],
  );
  for (const field of [
    'title',
    'description',
    'priority',
    'labels',
    'list',
    'recurrence_rule',
    'time_zone',
  ] as const)
    assert.deepEqual(next[field], task[field]);
  const below = (await open(ada)).filter(({ parent_id: parent }) => parent !== null);
  assert.deepEqual(
    below
      .filter(({ id }) => id !== successorIdOf(child.id))
      .map(({ title, parent_id: parent }) => `${title} below ${parent}`)
      .toSorted((left, right) => left.localeCompare(right)),
    [child.id, successorIdOf(child.id)]
      .map((parent) => `find the can below ${parent}`)
      .toSorted((left, right) => left.localeCompare(right)),
  );
  const copied = await find(ada, successorIdOf(child.id));
  assert.deepEqual([copied.status, copied.due_date, copied.parent_id], ['pending', '2027-03-29', next.id]);
});

test('a repeated command, also concurrent, creates nothing more', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await complete(ada, task);
  const command = create(ada, task, nextWeek);
  const answers = await Promise.all([
    send(command, command),
    send(command),
    ...Array.from({ length: 5 }, () => send(create(ada, task, nextWeek))),
  ]);
  assert.deepEqual(new Set(answers.flat()), new Set(['SUCCESS']));
  assert.equal((await find(ada, successorIdOf(task.id))).version, 1);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 2);
});

test('undo reverts the completion, not what recurrence created; the successor is revoked, and returns with another date', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await taskOf(ada, { title: 'below', parent_id: task.id });
  await complete(ada, task);
  await send(create(ada, task, nextWeek));
  const undone = await ada.call<Tasks>('POST', '/api/v1/undo');
  assert.deepEqual(
    undone.body.tasks.map(({ id, status }) => [id, status]),
    [[task.id, 'pending']],
  );
  await send(revoke(ada, task));
  assert.equal((await open(ada)).length, 2, 'the successor and its subtask are in the trash');
  await complete(ada, task);
  await send(create(ada, task, '2027-04-05T09:00:00+02:00'));
  const again = await find(ada, successorIdOf(task.id));
  assert.deepEqual([again.due_date, again.deleted_at], ['2027-04-05T09:00:00+02:00', null]);
  assert.equal((await open(ada)).filter(({ title }) => title === 'below').length, 2);
});

test('a successor that a person changed or deleted, or whose subtask they changed, stays as it is', async () => {
  const ada = await person();
  const touches: ((successor: Task) => Promise<unknown>)[] = [
    ({ id }) => ada.call('PATCH', `/api/v1/tasks/${id}`, { priority: 1 }),
    ({ id }) => ada.call('DELETE', `/api/v1/tasks/${id}`),
    ({ id }) => ada.call('POST', '/api/v1/tasks', { title: 'more', parent_id: id }),
  ];
  for (const touch of touches) {
    const task = await taskOf(ada);
    await complete(ada, task);
    await send(create(ada, task, nextWeek));
    await touch(await find(ada, successorIdOf(task.id)));
    const before = await find(ada, successorIdOf(task.id));
    const reopened = await ada.call('POST', `/api/v1/tasks/${task.id}/reopen`);
    assert.deepEqual(
      [reopened.status, reopened.body['code']],
      before.deleted_at === null ? [409, 'occurrence-open'] : [200, undefined],
    );
    await send(revoke(ada, task));
    await complete(ada, task);
    await send(create(ada, task, '2027-04-05T09:00:00+02:00'));
    assert.deepEqual(await find(ada, successorIdOf(task.id)), before);
  }
});

test('a late command changes nothing: the current task decides', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await complete(ada, task);
  await ada.call('POST', `/api/v1/tasks/${task.id}/reopen`);
  await send(create(ada, task, nextWeek));
  assert.equal((await open(ada)).length, 1, 'it is open again, so it has no successor');
  await complete(ada, task);
  await send(create(ada, task, nextWeek), revoke(ada, task));
  assert.equal(
    (await find(ada, successorIdOf(task.id))).deleted_at,
    null,
    'it is complete, so the successor stays',
  );
  const unknown = { ...create(ada, task, nextWeek), of_task_id: v7(), task_id: v7() };
  assert.deepEqual(await send(unknown), ['SUCCESS']);
});

test('deleting one occurrence says that the series continues; deleting the series does not', async () => {
  const ada = await person();
  const [one, all, plain] = [await taskOf(ada), await taskOf(ada), await taskOf(ada, { title: 'once' })];
  await ada.call('DELETE', `/api/v1/tasks/${one.id}?scope=occurrence`);
  await ada.call('DELETE', `/api/v1/tasks/${all.id}`);
  await ada.call('DELETE', `/api/v1/tasks/${plain.id}?scope=occurrence`);
  const { changes } = (await ada.call<{ changes: TaskEvent[] }>('GET', '/api/v1/changes?since=3')).body;
  assert.deepEqual(
    changes.map(({ task_id: id, event_type: type }) => [id, type]),
    [
      [one.id, 'task-skipped'],
      [all.id, 'task-deleted'],
      [plain.id, 'task-deleted'],
    ],
  );
  await send(create(ada, one, nextWeek), create(ada, all, nextWeek));
  assert.deepEqual(
    (await open(ada)).map(({ id }) => id),
    [successorIdOf(one.id)],
  );
  await ada.call('POST', `/api/v1/tasks/${one.id}/restore`);
  await send(revoke(ada, one));
  assert.deepEqual(
    (await open(ada)).map(({ id }) => id),
    [one.id],
  );
  assert.equal((await ada.call('DELETE', `/api/v1/tasks/${one.id}?scope=week`)).status, 422);
});

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

test('a successor that was purged is created again when its occurrence is completed again, and can be revoked', async () => {
  const ada = await person();
  const task = await taskOf(ada);
  await complete(ada, task);
  await send(create(ada, task, nextWeek));
  const id = successorIdOf(task.id);
  await ada.call('DELETE', `/api/v1/tasks/${id}`);
  await ada.call('DELETE', '/api/v1/trash');
  assert.deepEqual(await send(create(ada, task, nextWeek)), ['SUCCESS']);
  const next = await find(ada, id);
  assert.deepEqual([next.status, next.due_date, next.version], ['pending', nextWeek, 4]);
  assert.equal((await ada.call('POST', `/api/v1/tasks/${task.id}/reopen`)).status, 200);
  assert.deepEqual(
    (await open(ada)).map((one) => one.id),
    [task.id],
  );
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
