import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { openDatabase } from '@rondo/shared/database/database';
import { eventually } from '@rondo/shared/test/eventually';
import { fireReminders } from '../src/commands/fire-reminders.ts';
import { reminderTimes } from '../src/reminder-times.ts';
import { setReminders } from '../src/reminder-book.ts';
import type { Tables } from '../src/tables.ts';
import { completeAt, startFollowing, toldTask } from './support/following.ts';

const { person, send, reminders, drained, pool, database_url: url } = await startFollowing({ after });
const database = openDatabase<Tables>(url, 'firing test', 4);
after(() => database.destroy());

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const remindAt = (...at: string[]): Partial<Task> => ({ reminders: at.map((instant) => ({ at: instant })) });
const statesOf = async (id: string) =>
  (
    await pool.query<{ remind_at: string; state: string }>(
      'SELECT remind_at, state FROM recurring_task_service.reminders WHERE task_id = $1 ORDER BY remind_at',
      [id],
    )
  ).rows;

describe('when a task reminds', () => {
  const times = (task: Partial<Task>) =>
    reminderTimes({ reminders: [], due_date: null, time_zone: null, ...task }).map((ms) =>
      new Date(ms).toISOString(),
    );

  test('at instants, and before the due date on the wall clock of the zone', () => {
    assert.deepEqual(
      times({
        reminders: [{ before: 'P1D' }, { before: 'PT24H' }, { at: '2027-03-01T00:00:00+01:00' }],
        due_date: '2027-03-28T09:00:00+02:00',
        time_zone: 'Europe/Berlin',
      }),
      ['2027-02-28T23:00:00.000Z', '2027-03-27T07:00:00.000Z', '2027-03-27T08:00:00.000Z'],
      'a day before 09:00 is 09:00, 24 hours before is not, across a change of the clock',
    );
  });

  test('of an all-day task, counted from 09:00 of its day in its zone', () => {
    const task = {
      reminders: [{ before: 'P1D' }, { before: 'PT2H' }],
      due_date: '2027-03-10',
      time_zone: 'Asia/Kathmandu',
    };
    assert.deepEqual(times(task), ['2027-03-09T03:15:00.000Z', '2027-03-10T01:15:00.000Z']);
  });

  test('each instant once, and not relative to a due date that is not there', () => {
    assert.deepEqual(
      times({ reminders: [{ before: 'PT1H' }, { before: 'PT60M' }], due_date: '2027-03-10T09:00:00Z' }),
      ['2027-03-10T08:00:00.000Z'],
    );
    assert.deepEqual(times({ reminders: [{ before: 'PT1H' }] }), []);
  });

  test('never again at an instant that fired or had passed', () => {
    const book = setReminders(
      new Map([
        [1, 'fired'],
        [2, 'passed'],
        [3, 'pending'],
      ]),
      [1, 2, 4, 9],
      5,
    );
    assert.deepEqual(
      [...book],
      [
        [1, 'fired'],
        [2, 'passed'],
        [4, 'passed'],
        [9, 'pending'],
      ],
    );
  });
});

test('a reminder fires once at its time, with what it tells of the task', async () => {
  const ada = await person();
  const task = toldTask(ada);
  const at = inMs(150);
  await send(task.next({ title: 'call', priority: 2, ...remindAt(at) }));
  await eventually(() => reminders(ada).length > 0);
  await drained();
  const [event, ...others] = reminders(ada);
  assert.deepEqual(others, []);
  assert.ok(event);
  const { timestamp, lateness_ms: lateness, event_id: _id, ...told } = event;
  assert.deepEqual(told, {
    event_type: 'reminder-fired',
    schema_version: '1.0',
    workspace_id: ada.id,
    task_id: task.id,
    remind_at: at,
    is_late: false,
    payload: { title: 'call', due_date: null, time_zone: null, priority: 2, list: null },
  });
  assert.equal(Date.parse(timestamp) - Date.parse(at), lateness);
});

test('several reminders of a task each fire; what was past when it was set does not', async () => {
  const ada = await person();
  const task = toldTask(ada);
  const [first, second] = [inMs(50), inMs(120)];
  await send(task.next(remindAt(inMs(-5_000), first, second)));
  await eventually(() => reminders(ada).length === 2);
  await drained();
  assert.deepEqual(
    reminders(ada).map(({ remind_at }) => remind_at),
    [first, second],
  );
});

test('moved, cancelled, completed, trashed: it reminds as the task stands, and comes back when the task does', async () => {
  const ada = await person();
  const [moved, cancelled, completed, trashed] = [toldTask(ada), toldTask(ada), toldTask(ada), toldTask(ada)];
  const at = inMs(3_600_000);
  const later = inMs(7_200_000);
  await send(...[moved, cancelled, completed, trashed].map((task) => task.next(remindAt(at))));
  await send(
    moved.next(remindAt(later)),
    cancelled.next({ reminders: [] }),
    completed.next(completeAt(inMs(0))),
    trashed.next({ deleted_at: inMs(0) }),
  );
  const pending = async () =>
    (await Promise.all([moved, cancelled, completed, trashed].map(({ id }) => statesOf(id)))).map((rows) =>
      rows.filter(({ state }) => state === 'pending').map(({ remind_at }) => remind_at),
    );
  assert.deepEqual(await pending(), [[later], [], [], []]);
  await send(
    completed.next({ status: 'pending', completed_at: null }),
    trashed.next({ deleted_at: null }, { event_type: 'task-restored' }),
  );
  assert.deepEqual(await pending(), [[later], [], [at], [at]]);
});

test('a moved due date moves what is relative to it; a reminder that fired does not fire again for an edit', async () => {
  const ada = await person();
  const task = toldTask(ada);
  const due = inMs(3_600_000 + 60);
  await send(task.next({ due_date: due, reminders: [{ before: 'PT1H' }] }));
  await eventually(() => reminders(ada).length === 1);
  await send(task.next({ title: 'renamed' }), task.next({ priority: 1 }));
  const moved = inMs(2 * 3_600_000);
  await send(task.next({ due_date: moved }));
  assert.deepEqual(
    (await statesOf(task.id)).map(({ state }) => state),
    ['fired', 'pending'],
  );
  await send(task.next({ due_date: due }));
  await drained();
  assert.equal(reminders(ada).length, 1, 'moved away and back: that instant has reminded');
});

test('an update that comes before the creation ends right: what it took away does not remind', async () => {
  const ada = await person();
  const [removed, kept] = [toldTask(ada), toldTask(ada)];
  const at = inMs(3_600_000);
  const created = [removed.next(remindAt(at)), kept.next(remindAt(at))];
  await send(removed.next({ reminders: [] }), kept.next({ title: 'renamed' }));
  await send(...created);
  assert.deepEqual(await statesOf(removed.id), []);
  assert.deepEqual(
    (await statesOf(kept.id)).map(({ state }) => state),
    ['pending'],
  );
});

test('two people whose tasks have the same id are each reminded, by events of their own', async () => {
  const [ada, eve] = [await person(), await person()];
  const at = inMs(100);
  const hers = toldTask(ada);
  const others = toldTask(eve, hers.id);
  await send(hers.next(remindAt(at)), others.next(remindAt(at)));
  await eventually(() => reminders(ada).length === 1 && reminders(eve).length === 1);
  assert.notEqual(reminders(ada)[0]?.event_id, reminders(eve)[0]?.event_id);
});

test('what was missed while nobody fired is fired once, marked late with how late', async () => {
  const ada = await person();
  const task = toldTask(ada);
  await send(task.next(remindAt(inMs(3_600_000))));
  // The hour of downtime: the reminder was set in time, and its time has passed since.
  await pool.query(
    `UPDATE recurring_task_service.reminders SET remind_at = now() - interval '1 hour' WHERE task_id = $1`,
    [task.id],
  );
  await eventually(() => reminders(ada).length === 1);
  const [event] = reminders(ada);
  assert.ok(event?.is_late && event.lateness_ms >= 3_600_000 && event.lateness_ms < 3_660_000);
});

test('any number of firers at once fire each reminder once', async () => {
  const ada = await person();
  await pool.query(
    `INSERT INTO recurring_task_service.tasks (workspace_id, id, version, state, task, reminders)
     SELECT $1, gen_random_uuid(), 1, 'open', '{"title":"many","due_date":null,"time_zone":null,"priority":4,"list":null}', '[]'
     FROM generate_series(1, 2000)`,
    [ada.id],
  );
  await pool.query(
    `INSERT INTO recurring_task_service.reminders (workspace_id, task_id, remind_at, event_id, state)
     SELECT workspace_id, id, now() - interval '1 second', gen_random_uuid(), 'pending'
     FROM recurring_task_service.tasks WHERE workspace_id = $1`,
    [ada.id],
  );
  const firers = [1, 2, 3].map(async () => {
    let fired = 0;
    for (
      let n = (await fireReminders(database, 50)).length;
      n > 0;
      n = (await fireReminders(database, 50)).length
    )
      fired += n;
    return fired;
  });
  await Promise.all(firers);
  await eventually(() => reminders(ada).length >= 2_000);
  await drained();
  const tasks = reminders(ada).map(({ task_id }) => task_id);
  assert.deepEqual([tasks.length, new Set(tasks).size], [2_000, 2_000]);
});

test('cancelled in the very moment it is due, a reminder either fires once or not at all', async () => {
  const ada = await person();
  const tasks = Array.from({ length: 40 }, () => toldTask(ada));
  const at = inMs(120);
  await send(...tasks.map((task) => task.next(remindAt(at))));
  await eventually(() => Date.now() >= Date.parse(at) - 2, { every_ms: 1 });
  await Promise.all(
    tasks.map((task, n) =>
      send(
        n % 3 === 0
          ? task.next({ reminders: [] })
          : n % 3 === 1
            ? task.next(completeAt(at))
            : task.next(remindAt(inMs(50))),
      ),
    ),
  );
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM recurring_task_service.reminders WHERE workspace_id = $1 AND state = 'pending'`,
      [ada.id],
    );
    return rowCount === 0;
  });
  await drained();
  const keys = reminders(ada).map(({ task_id, remind_at }) => `${task_id} ${remind_at}`);
  assert.equal(new Set(keys).size, keys.length);
  for (const { id } of tasks) {
    const fired = (await statesOf(id))
      .filter(({ state }) => state === 'fired')
      .map(({ remind_at }) => `${id} ${remind_at}`);
    assert.deepEqual(
      keys.filter((key) => key.startsWith(id)).toSorted(),
      fired,
      'what is marked was told, and nothing else',
    );
  }
  for (const [n, { id }] of tasks.entries())
    if (n % 3 === 2)
      assert.ok(
        keys.some((key) => key.startsWith(id)),
        'moved, not lost',
      );
});
