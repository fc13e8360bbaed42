import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { successorIdOf } from '@rondo/shared/contracts/successor-id';
import { eventually } from '@rondo/shared/test/eventually';
import { followTask } from '../../src/domain/follow-task.ts';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, commands, drained, pool } = await startFollowingService({ after });

/** The dates since 2000 are counted for the next one. */
const costly = {
  recurrence_rule: 'FREQ=DAILY;COUNT=99999',
  due_date: '2000-01-01T09:00:00-05:00',
  time_zone: 'America/New_York',
};
const completed = completeAt('2026-11-28T10:00:00.000Z');

test('a delivery does not compute a date that takes long', async () => {
  const ada = await person();
  const task = testTask(ada);
  const known = { task: () => undefined, lastOfRun: (id: string) => id, personZone: null };
  const first = followTask({ ...known, series: () => undefined }, task.next(costly));
  const decision = followTask({ ...known, series: () => first?.series }, task.next(completed));
  assert.equal(decision?.successor, undefined);
  assert.deepEqual(
    [decision?.series?.wanted_after, decision?.series?.ended_reason, decision?.series?.current_task_id],
    ['2026-11-28T10:00:00.000Z', null, task.id],
  );
});

test('its successor comes a little later, in the name of the person, and once', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(costly), task.next(completed));
  await eventually(() => commands(ada).length === 1);
  const [command] = commands(ada);
  assert.deepEqual(
    [command?.command_type, command?.task_id, command?.actor],
    ['create-successor', successorIdOf(task.id), { user_id: ada.id, source: 'recurrence' }],
  );
  assert.ok(command?.command_type === 'create-successor');
  assert.equal(command.due_date, '2026-11-28T09:00:00-05:00');
  await drained();
  const { rows } = await pool.query(
    'SELECT FROM recurring_task_service.series WHERE wanted_after IS NOT NULL',
  );
  assert.equal(rows.length, 0);
  assert.equal(commands(ada).length, 1);
});

test('a reopened occurrence wants no successor any more', async () => {
  const ada = await person();
  const task = testTask(ada);
  await send(task.next(costly), task.next(completed), task.next({ status: 'pending', completed_at: null }));
  await drained();
  const { rows } = await pool.query<{ wanted_after: string | null }>(
    'SELECT wanted_after FROM recurring_task_service.series WHERE workspace_id = $1',
    [ada.id],
  );
  assert.deepEqual(rows, [{ wanted_after: null }]);
  assert.deepEqual(commands(ada), []);
});
