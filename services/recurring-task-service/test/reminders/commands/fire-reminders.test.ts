import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { openDatabase } from '@rondo/shared/database/database';
import { eventually } from '@rondo/shared/test/eventually';
import { fireReminders } from '../../../src/reminders/commands/fire-reminders.ts';
import type { Tables } from '../../../src/store/tables.ts';
import { completeAt, startFollowingService, testTask } from '../../support/following-service.ts';

const { person, send, reminders, drained, pool, database_url: url } = await startFollowingService({ after });
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

test('a reminder fires once at its time, with the fields of its task', async () => {
  const ada = await person();
  const task = testTask(ada);
  const at = inMs(150);
  await send(task.next({ title: 'call', priority: 2, ...remindAt(at) }));
  await eventually(() => reminders(ada).length > 0);
  await drained();
  const [event, ...others] = reminders(ada);
  assert.deepEqual(others, []);
  assert.ok(event);
  const { timestamp, lateness_ms: lateness, event_id: _id, ...rest } = event;
  assert.deepEqual(rest, {
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

test('each reminder of a task fires; one that had passed when it was set does not', async () => {
  const ada = await person();
  const task = testTask(ada);
  const [first, second] = [inMs(50), inMs(120)];
  await send(task.next(remindAt(inMs(-5_000), first, second)));
  await eventually(() => reminders(ada).length === 2);
  await drained();
  assert.deepEqual(
    reminders(ada).map(({ remind_at }) => remind_at),
    [first, second],
  );
});

test('moving, cancelling, completing and trashing change the reminders, and reopening and restoring bring them back', async () => {
  const ada = await person();
  const [moved, cancelled, completed, trashed] = [testTask(ada), testTask(ada), testTask(ada), testTask(ada)];
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

test('a moved due date moves its relative reminders; a fired reminder does not fire again after an edit', async () => {
  const ada = await person();
  const task = testTask(ada);
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
  assert.equal(reminders(ada).length, 1, 'moved away and back: the instant has already fired');
});

test('an update that arrives before the creation wins: a removed reminder does not fire', async () => {
  const ada = await person();
  const [removed, kept] = [testTask(ada), testTask(ada)];
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

test('two people with tasks of the same id each get their own reminder event', async () => {
  const [ada, eve] = [await person(), await person()];
  const at = inMs(100);
  const first = testTask(ada);
  const second = testTask(eve, first.id);
  await send(first.next(remindAt(at)), second.next(remindAt(at)));
  await eventually(() => reminders(ada).length === 1 && reminders(eve).length === 1);
  assert.notEqual(reminders(ada)[0]?.event_id, reminders(eve)[0]?.event_id);
});

test('a missed reminder fires once, marked as late, with its lateness', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(remindAt(inMs(3_600_000))));
  // An hour of downtime: the reminder was set in time, and its time has passed.
  await pool.query(
    `UPDATE recurring_task_service.reminders SET remind_at = now() - interval '1 hour' WHERE task_id = $1`,
    [task.id],
  );
  await eventually(() => reminders(ada).length === 1);
  const [event] = reminders(ada);
  assert.ok(event?.is_late && event.lateness_ms >= 3_600_000 && event.lateness_ms < 3_660_000);
});

test('several replicas at once fire each reminder once', async () => {
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
  const replicas = [1, 2, 3].map(async () => {
    let fired = 0;
    for (
      let n = (await fireReminders(database, { limit: 50 })).length;
      n > 0;
      n = (await fireReminders(database, { limit: 50 })).length
    )
      fired += n;
    return fired;
  });
  await Promise.all(replicas);
  await eventually(() => reminders(ada).length >= 2_000);
  await drained();
  const tasks = reminders(ada).map(({ task_id }) => task_id);
  assert.deepEqual([tasks.length, new Set(tasks).size], [2_000, 2_000]);
});

test('five thousand due reminders of one person delay no other, and fire in order', async () => {
  const [ada, bob] = [await person(), await person()];
  await pool.query(
    `WITH made AS (
       INSERT INTO recurring_task_service.tasks (workspace_id, id, version, state, task, reminders)
       SELECT CASE WHEN n <= 5000 THEN $1::uuid ELSE $2::uuid END, gen_random_uuid(), 1, 'open',
              '{"title":"many","due_date":null,"time_zone":null,"priority":4,"list":null}', '[]'
       FROM generate_series(1, 5001) AS n RETURNING workspace_id, id
     )
     INSERT INTO recurring_task_service.reminders (workspace_id, task_id, remind_at, event_id, state)
     SELECT workspace_id, id, CASE WHEN workspace_id = $2 THEN now()
                              ELSE now() - interval '1 minute' + row_number() OVER () * interval '1 ms' END,
            gen_random_uuid(), 'pending'
     FROM made`,
    [ada.id, bob.id],
  );
  await eventually(() => reminders(ada).length === 5_000 && reminders(bob).length === 1);
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) FROM recurring_task_service.reminders earlier, recurring_task_service.reminders own
     WHERE earlier.workspace_id = $1 AND own.workspace_id = $2 AND earlier.fired_at <= own.fired_at`,
    [ada.id, bob.id],
  );
  assert.ok((rows[0]?.count ?? 0) < 1_500, 'it fires with the first batch');
  const instants = reminders(ada).map(({ remind_at: at }) => at);
  assert.deepEqual(instants, instants.toSorted());
});

test('a reminder that is cancelled when it is due fires once or not at all', async () => {
  const ada = await person();
  const tasks = Array.from({ length: 40 }, () => testTask(ada));
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
      'each reminder marked as fired has an event, and no other',
    );
  }
  for (const [n, { id }] of tasks.entries())
    if (n % 3 === 2)
      assert.ok(
        keys.some((key) => key.startsWith(id)),
        'moved, not lost',
      );
});

test('a task whose reminders are changed again and again does not keep all of them', async () => {
  const ada = await person();
  const task = testTask(ada);
  const hour = 3_600_000;
  for (let batch = 0; batch < 4; batch += 1) {
    const changes = Array.from({ length: 20 }, (_change, change) =>
      task.next(
        remindAt(
          ...Array.from({ length: 20 }, (_reminder, index) =>
            inMs(-((batch * 20 + change) * 20 + index + 1) * hour),
          ),
        ),
      ),
    );
    assert.deepEqual(new Set(await send(...changes)), new Set(['SUCCESS']));
  }
  assert.equal((await statesOf(task.id)).length, 120);
});
