import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { topics } from '@rondo/shared/contracts/topics';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { settingsEvent } from '../support/settings.ts';

const { database_url: url, deliver, person, startReplica } = await startTestService({ after }, todoService);
const pool = openPool(url, 'floating test', 1);
after(() => pool.end());

const pills = { title: 'pills', is_floating: true, due_date: '2027-03-10T08:00:00' };
const inVienna = '2027-03-10T08:00:00+01:00';
const inNewYork = '2027-03-10T08:00:00-05:00';

const settings = async (who: TestPerson, zone: string | null, at: string) => {
  const verdicts = await deliver(topics.personSettings, [
    settingsEvent(who.id, zone, `2027-01-${at}T10:00:00.000Z`),
  ]);
  assert.deepEqual(verdicts, ['SUCCESS']);
};
/** A person whose settings say Vienna. */
const viennese = async () => {
  const who = await person();
  await settings(who, 'Europe/Vienna', '01');
  return who;
};
const post = async (who: TestPerson, path: string, body?: object) =>
  (await who.call<Task>('POST', `/api/v1/tasks${path}`, body)).body;
const taskOf = async (who: TestPerson, id: string) =>
  (await who.call<Task>('GET', `/api/v1/tasks/${id}`)).body;
const dueOf = async (who: TestPerson, id: string) => (await taskOf(who, id)).due_date;
const eventsOf = async (who: TestPerson, since = 0) =>
  (await who.call<ChangePage>('GET', `/api/v1/changes?since=${since}`)).body.changes;
const hasMoved = (who: TestPerson, id: string, due: string) =>
  eventually(async () => (await dueOf(who, id)) === due);

test('many floating tasks of one person hold up no other person', async () => {
  const people = [await viennese(), await viennese()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const [ada, bob] = people;
  assert.ok(ada && bob);
  const operations = Array.from({ length: 300 }, () => ({ op: 'create', ...pills }));
  assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', { operations })).status, 200);
  const { id } = await post(bob, '', pills);
  // In one delivery, so that both wait when the worker looks.
  const events = people.map((who) => settingsEvent(who.id, 'America/New_York', '2027-01-02T10:00:00.000Z'));
  await deliver(topics.personSettings, events);
  await hasMoved(bob, id, inNewYork);
  const { rows } = await eventually(async () => {
    // The id of the transaction that wrote a row tells the order.
    const found = await pool.query<{ workspace_id: string }>(
      `SELECT workspace_id FROM todo_service.tasks
       WHERE workspace_id = ANY ($1) AND task ->> 'time_zone' = 'America/New_York'
       ORDER BY xmin::text::bigint, workspace_id DESC`,
      [[ada.id, bob.id]],
    );
    return found.rows.length === 301 && found;
  });
  assert.ok(rows.findIndex(({ workspace_id: owner }) => owner === bob.id) <= 150);
});

test('every way to write a task takes is_floating and local times', async () => {
  const ada = await viennese();
  const made = await post(ada, '', pills);
  assert.deepEqual([made.due_date, made.time_zone, made.is_floating], [inVienna, 'Europe/Vienna', true]);
  const phrase = { quick_add: 'call at 9', now: '2027-03-01T10:00:00Z', is_floating: true };
  assert.equal((await post(ada, '', phrase)).due_date, '2027-03-02T09:00:00+01:00');
  const path = `/api/v1/tasks/${made.id}`;
  const patch = { due_date: '2027-03-11T07:30:00' };
  assert.equal((await ada.call<Task>('PATCH', path, patch)).body.due_date, '2027-03-11T07:30:00+01:00');
  const { body: replaced } = await ada.call<Task>('PUT', path, pills);
  assert.deepEqual([replaced.due_date, replaced.is_floating], [inVienna, true]);
  const operations = [
    { op: 'create', ...pills },
    { op: 'patch', id: made.id, due_date: '2027-03-12T08:00' },
  ];
  const { body: bulk } = await ada.call<{ tasks: Task[] }>('POST', '/api/v1/tasks/bulk', { operations });
  assert.deepEqual(
    bulk.tasks.map(({ due_date: due }) => due),
    [inVienna, '2027-03-12T08:00:00+01:00'],
  );
  const pinned = await ada.call<Task>('PATCH', path, { time_zone: 'Asia/Tokyo' });
  assert.equal('is_floating' in pinned.body, false);
});

test('every way to write a reminder takes a local time, for a floating task only', async () => {
  const ada = await viennese();
  const reminders = [{ at: '2027-03-10T07:45:00' }];
  const read = [{ at: '2027-03-10T07:45:00+01:00' }];
  const made = await post(ada, '', { ...pills, reminders });
  assert.deepEqual([made.reminders, made.reminder_time], [read, read[0]?.at]);
  const shorthand = { ...pills, reminder_time: '2027-03-10T07:45' };
  assert.deepEqual((await post(ada, '', shorthand)).reminders, read);
  const phrase = {
    quick_add: 'call on march 10 at 9 remind me at 7:45',
    now: '2027-03-10T05:00:00Z',
    is_floating: true,
  };
  assert.deepEqual((await post(ada, '', phrase)).reminders, read);
  const path = `/api/v1/tasks/${made.id}`;
  assert.deepEqual((await ada.call<Task>('PUT', path, { ...pills, reminders })).body.reminders, read);
  const operations = [
    { op: 'create', ...pills, reminders },
    { op: 'patch', id: made.id, reminders: [] },
  ];
  const { body: bulk } = await ada.call<{ tasks: Task[] }>('POST', '/api/v1/tasks/bulk', { operations });
  assert.deepEqual(
    bulk.tasks.map((task) => task.reminders),
    [read, []],
  );
  const { id } = await post(ada, '', { title: 'x' });
  for (const [body, field] of [
    [{ reminders }, 'reminders/0/at'],
    [{ reminder_time: '2027-03-10T07:45:00' }, 'reminder_time'],
  ] as const) {
    const answer = await ada.call<{ errors?: { field: string }[] }>('PATCH', `/api/v1/tasks/${id}`, body);
    assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [422, field]);
  }
});

test('a zone together with is_floating is 422, and so is a local time of another task', async () => {
  const ada = await viennese();
  const fixed = await post(ada, '', { title: 'x' });
  const path = `/api/v1/tasks/${fixed.id}`;
  const zoned = { title: 'x', is_floating: true, time_zone: 'Asia/Tokyo' };
  const local = { title: 'x', due_date: '2027-03-10T08:00:00' };
  for (const [method, route, body, field] of [
    ['POST', '/api/v1/tasks', zoned, 'time_zone'],
    [
      'POST',
      '/api/v1/tasks',
      { quick_add: 'call at 9', is_floating: true, time_zone: 'Asia/Tokyo' },
      'time_zone',
    ],
    ['PUT', path, zoned, 'time_zone'],
    ['PATCH', path, zoned, 'time_zone'],
    ['POST', '/api/v1/tasks/bulk', { operations: [{ op: 'create', ...zoned }] }, 'operations/0/time_zone'],
    [
      'POST',
      '/api/v1/tasks/bulk',
      { operations: [{ op: 'patch', id: fixed.id, ...zoned }] },
      'operations/0/time_zone',
    ],
    ['POST', '/api/v1/tasks', local, 'due_date'],
    ['PATCH', path, local, 'due_date'],
    ['PATCH', path, { is_floating: true, due_date: '2027-02-30T08:00:00' }, 'due_date'],
    ['PATCH', path, { is_floating: true, due_date: '2027-02-28T24:00:00' }, 'due_date'],
  ] as const) {
    const { status, body: problem } = await ada.call<{ errors?: { field: string }[] }>(method, route, body);
    assert.deepEqual([status, problem.errors?.[0]?.field], [422, field], JSON.stringify(body));
  }
});

test('a change of the zone moves the open floating tasks, as events of recurrence of version 1.2', async () => {
  const ada = await viennese();
  const open = await post(ada, '', { ...pills, start: '2027-03-10T07:00:00' });
  const done = await post(ada, '', pills);
  await post(ada, `/${done.id}/complete`);
  const gone = await post(ada, '', pills);
  await ada.call('DELETE', `/api/v1/tasks/${gone.id}`);
  const fixed = await post(ada, '', { title: 'call', due_date: inVienna, time_zone: 'Europe/Vienna' });
  const { seq = 0 } = (await eventsOf(ada)).at(-1) ?? {};
  await settings(ada, 'America/New_York', '02');
  await hasMoved(ada, open.id, inNewYork);
  const [event, ...others] = await eventsOf(ada, seq);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [event?.event_type, event?.version, event?.actor, event?.changed, event?.time_zone],
    [
      'task-updated',
      2,
      { user_id: ada.id, source: 'recurrence' },
      ['start', 'due_date', 'time_zone'],
      'America/New_York',
    ],
  );
  assert.equal(event?.payload.start, '2027-03-10T07:00:00-05:00');
  for (const { id } of [done, gone, fixed]) assert.equal(await dueOf(ada, id), inVienna);
  assert.equal((await post(ada, `/${done.id}/reopen`)).due_date, inNewYork);
  assert.equal((await post(ada, `/${gone.id}/restore`)).due_date, inNewYork);
});

test('an older or repeated setting moves nothing, a cleared one leaves all, and of two quick ones the last counts', async () => {
  const ada = await viennese();
  const tasks = await Promise.all(Array.from({ length: 120 }, () => post(ada, '', pills)));
  const [{ id } = { id: '' }] = tasks;
  const moving = settingsEvent(ada.id, 'Asia/Tokyo', '2027-01-05T10:00:00.000Z');
  const last = settingsEvent(ada.id, 'America/New_York', '2027-01-06T10:00:00.000Z');
  assert.deepEqual(await deliver(topics.personSettings, [moving]), ['SUCCESS']);
  assert.deepEqual(await deliver(topics.personSettings, [last]), ['SUCCESS']);
  for (const task of tasks) await hasMoved(ada, task.id, inNewYork);
  const count = (await eventsOf(ada)).length;
  assert.deepEqual(await deliver(topics.personSettings, [last, moving]), ['SUCCESS', 'SUCCESS']);
  await settings(ada, 'Europe/Vienna', '04');
  const { rows } = await pool.query('SELECT time_zone FROM todo_service.people WHERE workspace_id = $1', [
    ada.id,
  ]);
  assert.deepEqual(rows, [{ time_zone: 'America/New_York' }]);
  await settings(ada, null, '07');
  assert.equal(await dueOf(ada, id), inNewYork);
  assert.equal((await eventsOf(ada)).length, count);
  // In the order of the worker, a later move is proof that nothing else came before it.
  await settings(ada, 'Asia/Kathmandu', '08');
  await hasMoved(ada, id, '2027-03-10T08:00:00+05:45');
  const versions = (await eventsOf(ada, count)).filter(({ task_id: task }) => task === id);
  assert.equal(versions.length, 1);
});

test('what a killed service left behind is moved after its start, also after half of it, and each task once', async () => {
  const ada = await viennese();
  const tasks = await Promise.all(Array.from({ length: 3 }, () => post(ada, '', pills)));
  // As after a kill between the commit of the settings and the first batch, with one task in the new zone already. In one statement: a
  // pass between two would move the task back.
  await pool.query(
    `WITH moved AS (
       UPDATE todo_service.tasks
       SET task = (task::jsonb || '{"time_zone": "America/New_York", "due_date": "${inNewYork}"}')::json WHERE id = $1
     )
     UPDATE todo_service.people SET time_zone = 'America/New_York', updated_at = updated_at + interval '1 day'
     WHERE workspace_id = $2`,
    [tasks[0]?.id, ada.id],
  );
  await startReplica();
  for (const { id } of tasks) await hasMoved(ada, id, inNewYork);
  const moves = (await eventsOf(ada)).filter(({ actor }) => actor.source === 'recurrence');
  assert.equal(moves.length, 2);
});

/** Starts a replica, and waits until its worker has passed over everyone who has been waiting before this. */
const passOfReplica = async () => {
  const bea = await person();
  await settings(bea, 'Asia/Tokyo', '01');
  await pool.query(
    `UPDATE todo_service.people SET changed_at = changed_at - interval '2 minutes' WHERE workspace_id = $1`,
    [bea.id],
  );
  await startReplica();
  await eventually(async () => (await settledZoneOf(bea)) === 'Asia/Tokyo');
};
const settledZoneOf = async ({ id }: TestPerson): Promise<string | null> =>
  (await pool.query('SELECT settled_zone FROM todo_service.people WHERE workspace_id = $1', [id])).rows[0]
    .settled_zone;

test('a person is settled a minute after the change, by a pass that finds nothing', async () => {
  const ada = await viennese();
  const { id } = await post(ada, '', pills);
  await settings(ada, 'America/New_York', '02');
  await hasMoved(ada, id, inNewYork);
  await passOfReplica();
  assert.equal(await settledZoneOf(ada), null);
  // A task that changes all the time: each attempt finds another version of it.
  await pool.query(
    `UPDATE todo_service.tasks SET version = 9, task = (task::jsonb || '{"time_zone": "Europe/Vienna"}')::json
     WHERE id = $1`,
    [id],
  );
  // A pass that looked at the task before may not have ended yet.
  await passOfReplica();
  await pool.query(
    `UPDATE todo_service.people SET changed_at = changed_at - interval '2 minutes' WHERE workspace_id = $1`,
    [ada.id],
  );
  await passOfReplica();
  assert.equal(await settledZoneOf(ada), null);
  await pool.query('UPDATE todo_service.tasks SET version = 2 WHERE id = $1', [id]);
  await passOfReplica();
  assert.equal((await taskOf(ada, id)).time_zone, 'America/New_York');
  await passOfReplica();
  assert.equal(await settledZoneOf(ada), 'America/New_York');
});

test('undo reverts what the person did, and never the move', async () => {
  const ada = await viennese();
  const { id } = await post(ada, '', pills);
  await ada.call('PATCH', `/api/v1/tasks/${id}`, { title: 'vitamins', due_date: '2027-03-11T09:00:00' });
  await settings(ada, 'America/New_York', '02');
  await hasMoved(ada, id, '2027-03-11T09:00:00-05:00');
  const undo = () => ada.call<{ tasks: Task[] }>('POST', '/api/v1/undo');
  const { body: first } = await undo();
  const [task] = first.tasks;
  assert.deepEqual([task?.title, task?.due_date, task?.time_zone], ['pills', inNewYork, 'America/New_York']);
  const { body: second } = await undo();
  assert.notEqual(second.tasks[0]?.deleted_at, null);
  assert.equal((await undo()).status, 404);
});

test('a creation that is repeated after the move answers with the task', async () => {
  const ada = await viennese();
  const draft = { ...pills, id: '01953000-0000-7000-8000-0000000000f1' };
  await post(ada, '', draft);
  await settings(ada, 'America/New_York', '02');
  await hasMoved(ada, draft.id, inNewYork);
  const again = await ada.call<Task>('POST', '/api/v1/tasks', draft);
  assert.deepEqual([again.status, again.body.due_date], [200, inNewYork]);
});

test('the exports have the field', async () => {
  const ada = await viennese();
  await post(ada, '', pills);
  const { body: csv } = await ada.call<string>('GET', '/api/v1/export', undefined, { accept: 'text/csv' });
  assert.match(csv, /,time_zone,is_floating,/);
  assert.match(csv, /,Europe\/Vienna,true,/);
  const { body: json } = await ada.call<string>('GET', '/api/v1/export');
  assert.match(JSON.stringify(json), /is_floating/);
});
