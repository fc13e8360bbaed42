import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '@rondo/shared/test/eventually';
import { startFollowingService, testTask } from '../support/following-service.ts';

const { person, send, pool } = await startFollowingService({ after });

test('the commands on the series of one workspace hold one connection at most', async (t) => {
  const [ada, bob] = [await person(), await person()];
  const daily = { recurrence_rule: 'FREQ=DAILY', due_date: '2027-01-15' };
  const [own, other] = [testTask(ada), testTask(bob)];
  await send(own.next(daily), other.next(daily));
  const client = await pool.connect();
  t.after(() => client.release());
  await client.query('BEGIN');
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('recurring ' || $1, 0))`, [ada.id]);
  const pauses = Array.from({ length: 20 }, () => ada.call('POST', `/api/v1/schedules/${own.id}/pause`));
  const blocked = async () => {
    const { rows } = await pool.query<{ count: number }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count;
  };
  await eventually(async () => (await blocked()) === 1);
  for (let n = 0; n < 5; n += 1) {
    assert.equal((await bob.call('POST', `/api/v1/schedules/${other.id}/pause`)).status, 200);
    assert.equal((await bob.call('GET', '/api/v1/schedules')).status, 200);
  }
  assert.equal(await blocked(), 1);
  await client.query('COMMIT');
  for (const { status } of await Promise.all(pauses)) assert.equal(status, 200);
});
