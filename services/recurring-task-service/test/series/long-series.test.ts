import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { successorIdOf, successorsOf } from '@rondo/shared/contracts/successor-id';
import { openDatabase } from '@rondo/shared/database/database';
import type { TestPerson } from '@rondo/shared/test/service';
import { RecurrenceUnitOfWork } from '../../src/store/recurrence-unit-of-work.ts';
import type { Tables } from '../../src/store/tables.ts';
import { completeAt, startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, commands, drained, pool, database_url: url } = await startFollowingService({ after });
const database = openDatabase<Tables>(url, 'long series test', 1);
after(() => database.destroy());

const daily = { recurrence_rule: 'FREQ=DAILY', due_date: '2027-03-01', time_zone: 'Europe/Berlin' };
const completed = completeAt('2027-03-01T10:00:00.000Z');
const reopened = { status: 'pending' as const, completed_at: null };

const many = 1_300;

/** A series whose first occurrence and many after it are complete. @returns the events of the first one, and the ids of the others */
async function longSeries(ada: TestPerson) {
  const first = testTask(ada);
  await send(first.next(daily), first.next(completed));
  const later = successorsOf(first.id, many);
  await pool.query(
    `INSERT INTO recurring_task_service.tasks
       (workspace_id, id, version, state, series_id, scheduled, closed_at, task, reminders, is_floating)
     SELECT workspace_id, later, 1, 'complete', series_id, scheduled, closed_at, task, reminders, is_floating
     FROM recurring_task_service.tasks, unnest($3::uuid[]) later WHERE workspace_id = $1 AND id = $2
     ON CONFLICT (workspace_id, id) DO UPDATE SET state = excluded.state, series_id = excluded.series_id`,
    [ada.id, first.id, later],
  );
  return { first, later };
}

async function lastCommandOf(ada: TestPerson) {
  await drained();
  const last = commands(ada).at(-1);
  assert.ok(last?.command_type === 'create-successor');
  return { of: last.of_task_id, id: last.task_id };
}

test('an early occurrence that is completed again goes on after the last of any number of completed ones', async () => {
  const ada = await person();
  const { first, later } = await longSeries(ada);
  await send(first.next(reopened));
  await send(first.next(completed));
  const last = later.at(-1) ?? '';
  assert.deepEqual(await lastCommandOf(ada), { of: last, id: successorIdOf(last) });
});

test('it goes on where an occurrence in between is not closed', async () => {
  const ada = await person();
  const { first, later } = await longSeries(ada);
  await pool.query(`UPDATE recurring_task_service.tasks SET state = 'revoked' WHERE id = $1`, [later[700]]);
  await send(first.next(reopened));
  await send(first.next(completed));
  assert.deepEqual(await lastCommandOf(ada), { of: later[699], id: later[700] });
});

test('what one delivery does to an occurrence in between counts', async () => {
  const ada = await person();
  const { first, later } = await longSeries(ada);
  const between = testTask(ada, later[700]);
  await send(first.next(reopened));
  between.next({ ...daily, series_id: first.id, ...completed });
  await send(between.next(reopened), first.next(completed));
  assert.deepEqual(await lastCommandOf(ada), { of: later[699], id: later[700] });
});

test('the completed ones in between are not loaded', async () => {
  const ada = await person();
  const { first, later } = await longSeries(ada);
  const key = (id: string | undefined) => ({ workspace_id: ada.id, id: id ?? '' });
  await database.transaction().execute(async (trx) => {
    const work = await RecurrenceUnitOfWork.open(trx, [key(first.id), key(later[0])], [key(first.id)]);
    await work.loadLaterOccurrences(trx, [key(first.id)]);
    const known = work.known(ada.id);
    assert.equal(known.lastOfRun(later[0] ?? ''), later.at(-1));
    assert.deepEqual(
      later.filter((id) => known.task(id) !== undefined),
      [later[0], later.at(-1)],
    );
  });
});
