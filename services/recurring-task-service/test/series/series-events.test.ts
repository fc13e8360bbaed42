import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/compile';
import { SeriesEvent } from '@rondo/shared/contracts/series-event';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, seriesEvents, drained, pool } = await startFollowingService({ after });
const schema = Compile(SeriesEvent);
const monthly = { due_date: '2027-01-31', recurrence_rule: 'FREQ=MONTHLY' };

test('each change of the dates of a series is published once, in the order of its versions', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(monthly));
  await send(task.next({ title: 'renamed' }), task.next({ priority: 1 }));
  await send(task.next(completeAt('2027-01-31T10:00:00.000Z')));
  await ada.call('PATCH', `/api/v1/schedules/${task.id}`, { exdates: ['2027-03-31'] });
  await ada.call('POST', `/api/v1/schedules/${task.id}/pause`);
  await drained();
  const events = seriesEvents(ada);
  for (const event of events) assert.ok(schema.Check(event), JSON.stringify(event));
  assert.deepEqual(
    events.map(({ version, scheduled, done, exdates, is_paused }) => [
      version,
      scheduled,
      done,
      exdates,
      is_paused,
    ]),
    [
      [1, '2027-01-31', 0, [], false],
      [2, '2027-02-28', 1, [], false],
      [3, '2027-02-28', 1, ['2027-03-31'], false],
      [4, '2027-02-28', 1, ['2027-03-31'], true],
    ],
  );
  assert.deepEqual([events[0]?.series_id, events[0]?.current_task_id], [task.id, task.id]);
  assert.notEqual(events[1]?.current_task_id, task.id);
});

test('a replayed event publishes nothing', async () => {
  const ada = await person();
  const created = testTask(ada).next(monthly);
  await send(created);
  await send({ ...created, event_id: crypto.randomUUID() });
  await drained();
  assert.equal(seriesEvents(ada).length, 1);
});

test('the zone of the person is published again when it changes', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(monthly));
  await pool.query('UPDATE recurring_task_service.series SET person_zone = NULL WHERE id = $1', [task.id]);
  await send(task.next({ title: 'renamed' }, { time_zone: 'Asia/Tokyo', schema_version: '1.1' }));
  await drained();
  assert.equal(seriesEvents(ada).at(-1)?.person_zone, 'Asia/Tokyo');
});

test('the migration publishes the live series from before, as events of the contract', async () => {
  const ada = await person();
  const [live, stopped] = [testTask(ada), testTask(ada)];
  await send(live.next(monthly), stopped.next(monthly));
  await send(stopped.next({ recurrence_rule: null }));
  await drained();
  const before = seriesEvents(ada).length;
  const migration = readFileSync(new URL('../../migrations/0008-series-events.sql', import.meta.url), 'utf8');
  const [, backfill = ''] = migration.split('-- The live series from before.');
  await pool.query(`SET search_path TO recurring_task_service; ${backfill}; RESET search_path`);
  // Wakes the relay.
  await send(testTask(await person()).next(monthly));
  await drained();
  const added = seriesEvents(ada).slice(before);
  assert.deepEqual(
    added.map(({ series_id, version, scheduled }) => [series_id, version, scheduled]),
    [[live.id, 1, '2027-01-31']],
  );
  assert.ok(schema.Check(added[0]), JSON.stringify(added[0]));
});
