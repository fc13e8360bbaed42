import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '@rondo/shared/database/database';
import { lowestUuid } from '@rondo/shared/database/lowest-uuid';
import { replanReminders } from '../../../src/reminders/commands/replan-reminders.ts';
import type { Tables } from '../../../src/store/tables.ts';
import { startFollowingService } from '../../support/following-service.ts';

const { person, pool, service, database_url: url } = await startFollowingService({ after });
const database = openDatabase<Tables>(url, 'replanning test', 1);
after(() => database.destroy());

test('a person with many tasks has one batch planned again, and then it is the next person', async () => {
  const [ada, bob] = [await person(), await person()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  assert.ok(ada && bob);
  await service.stop();
  await pool.query(
    `INSERT INTO recurring_task_service.tasks (workspace_id, id, version, state, task, reminders)
     SELECT $1, gen_random_uuid(), 1, 'open',
            '{"title":"many","due_date":"2027-03-10","time_zone":null,"priority":4,"list":null}', '[]'
     FROM generate_series(1, 600)`,
    [ada.id],
  );
  await pool.query(
    `INSERT INTO recurring_task_service.people (workspace_id, time_zone, updated_at, replan_from)
     SELECT id, 'Asia/Tokyo', now(), $2 FROM unnest($1::uuid[]) AS id`,
    [[ada.id, bob.id], lowestUuid],
  );
  const isToReplan = async () =>
    (
      await pool.query<{ workspace_id: string }>(
        'SELECT workspace_id FROM recurring_task_service.people WHERE replan_from IS NOT NULL ORDER BY workspace_id',
      )
    ).rows.map(({ workspace_id: id }) => id);
  assert.equal(await replanReminders(database, lowestUuid), ada.id);
  assert.deepEqual(await isToReplan(), [ada.id, bob.id]);
  assert.equal(await replanReminders(database, ada.id), bob.id);
  assert.deepEqual(await isToReplan(), [ada.id]);
  assert.equal(await replanReminders(database, bob.id), undefined);
  assert.equal(await replanReminders(database, lowestUuid), ada.id);
  assert.deepEqual(await isToReplan(), []);
});
