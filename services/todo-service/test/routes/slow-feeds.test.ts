import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, service, database_url } = await startTestService({ after }, todoService, {
  env: { READ_CONNECTIONS: '2' },
});
const pool = openPool(database_url, 'slow feeds test', 2);
after(() => pool.end());

async function countWaiting(): Promise<number> {
  const { rows } = await pool.query<{ waiting: number }>(
    `SELECT count(*) AS waiting FROM pg_stat_activity
     WHERE application_name = 'todo-service reads' AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
}

test('calendars that take long to read leave connections to other reads', async () => {
  const owners = [await person(), await person()];
  const paths = await Promise.all(
    owners.map(
      async (owner) => (await owner.call<{ path: string }>('POST', '/api/v1/calendar-feed')).body.path,
    ),
  );
  const eve = await person();
  /** Reads all calendars while no task can be read. */
  async function readAllDuring(waiting: number, work: () => Promise<unknown>): Promise<void> {
    const holder = await pool.connect();
    await holder.query('BEGIN; LOCK TABLE todo_service.tasks');
    const answers = paths.map((path) => fetch(`${service.url}${path}`).then((answer) => answer.text()));
    try {
      await eventually(async () => (await countWaiting()) >= waiting);
      await work();
    } finally {
      await holder.query('COMMIT');
      holder.release();
    }
    for (const text of await Promise.all(answers)) assert.match(text, /END:VCALENDAR\s*$/);
  }
  await readAllDuring(2, async () => pool.query('SELECT pg_sleep(5)'));
  await readAllDuring(1, async () => {
    assert.equal((await eve.call('GET', '/api/v1/app-passwords')).status, 200);
    assert.equal(await countWaiting(), 1);
  });
});
