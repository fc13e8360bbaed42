import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, test } from 'node:test';
import type { PoolClient } from 'pg';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { openPool } from '@rondo/postgres/open-pool';
import { query } from '@rondo/postgres/test/query';
import { quotas } from '../../src/domain/quotas.ts';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';

const start = Date.now();
let [passedMs, stepMs] = [0, 0];
const { person, service, database_url } = await startTestService({ after }, todoService, {
  clock: { now: () => new Date(start + (passedMs += stepMs)) },
});

/** More than two batches. */
const count = 1_200;
const file = calendarOf(
  ...Array.from({ length: count }, (_, n) => `BEGIN:VTODO\r\nUID:${n}\r\nSUMMARY:task ${n}\r\nEND:VTODO`),
);
const mediaType = { 'content-type': 'text/calendar' };
type Report = { imported: number; skipped: { reason: string }[] };
const importBy = (owner: TestPerson) =>
  owner.call<Report & { code: string; detail: string }>('POST', '/api/v1/calendar-import', file, mediaType);

async function countOf({ id }: TestPerson): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM todo_service.tasks WHERE workspace_id = $1';
  const [row] = (await query(database_url, sql, [id])) as { count: number }[];
  return row?.count ?? 0;
}

test('an import begins no batch after 10 s, and a repetition goes on', async (t) => {
  const ada = await person();
  t.after(() => (stepMs = 0));
  // Each look at the clock takes 4 s: a batch looks at it more than twice.
  stepMs = 4_000;
  const { body } = await importBy(ada);
  stepMs = 0;
  assert.deepEqual(
    [body.imported, body.skipped.map(({ reason }) => reason)],
    [500, ['700 entries were not reached in time; import the file again to go on']],
  );
  const again = (await importBy(ada)).body;
  assert.deepEqual([again.imported, again.skipped.length, await countOf(ada)], [700, 500, count]);
});

test('a batch of large entries has fewer of them', async (t) => {
  const ada = await person();
  t.after(() => (stepMs = 0));
  const text = 'x'.repeat(15_000);
  const large = calendarOf(
    ...Array.from(
      { length: 100 },
      (_, n) => `BEGIN:VTODO\r\nUID:large ${n}\r\nSUMMARY:task ${n}\r\nDESCRIPTION:${text}\r\nEND:VTODO`,
    ),
  );
  stepMs = 4_000;
  const { body } = await ada.call<Report>('POST', '/api/v1/calendar-import', large, mediaType);
  stepMs = 0;
  // 15.5 KB each in batches of at most 1 MiB.
  assert.equal(body.imported, 67);
});

test('the time in which a file arrives does not count', async (t) => {
  const ada = await person();
  t.after(() => (stepMs = 0));
  const client = request(`${service.url}/api/v1/calendar-import`, {
    method: 'POST',
    headers: { ...mediaType, authorization: `Bearer ${ada.token}` },
  });
  const answered = once(client, 'response') as Promise<[IncomingMessage]>;
  client.write(file.slice(0, 100));
  const before = passedMs;
  stepMs = 1;
  // The token is checked before the body is read.
  await eventually(() => passedMs > before);
  passedMs += 11_000;
  client.end(file.slice(100));
  const [response] = await answered;
  assert.equal(((await json(response)) as Report).imported, count);
});

test('an import that reaches a quota keeps the batches before, and says how many tasks they have', async () => {
  const ada = await person();
  await ada.call('POST', '/api/v1/tasks', { title: 'first' });
  const fill = 'UPDATE todo_service.workspaces SET pending = $2 WHERE id = $1';
  await query(database_url, fill, [ada.id, quotas.tasks - 600]);
  const { status, body } = await importBy(ada);
  assert.deepEqual([status, body.code, await countOf(ada)], [403, 'quota-exceeded', 501]);
  assert.match(body.detail, /500 tasks of the file are imported; another import of it goes on after them\./);
  await query(database_url, fill, [ada.id, 501]);
  assert.deepEqual([(await importBy(ada)).body.imported, await countOf(ada)], [700, 1_201]);
});

test('an import whose client goes away in the middle goes on, and a repetition doubles nothing', async () => {
  const ada = await person();
  const client = request(`${service.url}/api/v1/calendar-import`, {
    method: 'POST',
    headers: { ...mediaType, authorization: `Bearer ${ada.token}` },
  });
  client.on('error', () => undefined);
  client.end(file);
  await eventually(async () => (await countOf(ada)) >= 500, { every_ms: 5 });
  client.destroy();
  await importBy(ada);
  await eventually(async () => (await countOf(ada)) === count);
});

test('an import whose workspace is busy gives back the turn of all people, and says how much is imported', async (t) => {
  const [ada, bob] = [await person(), await person()];
  const pool = openPool(database_url, 'busy workspace', 3);
  const sessions = new Set<PoolClient>();
  t.after(() => {
    for (const session of sessions) session.release(true);
    return pool.end();
  });
  /** Takes the lock for which the commands of a workspace wait in their turns. */
  const lock = async () => {
    const session = await pool.connect();
    sessions.add(session);
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const taken = session.query("SELECT pg_advisory_lock(hashtextextended('family ' || $1, 0))", [ada.id]);
    const end = async () => {
      await session.query('SELECT pg_advisory_unlock_all()');
      sessions.delete(session);
      session.release();
    };
    return { taken, end, pid: rows[0]?.pid };
  };
  const waiting = async () => {
    const { rows } = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.map(({ pid }) => pid);
  };
  const first = await lock();
  await first.taken;
  const importing = importBy(ada);
  await eventually(async () => (await waiting()).length === 1);
  // In the order of PostgreSQL: the first batch, then this session. In the order of turns: the first batch, then the bulk.
  const second = await lock();
  await eventually(async () => (await waiting()).includes(second.pid ?? 0));
  const bulk = ada.call('POST', '/api/v1/tasks/bulk', { operations: [{ op: 'create', title: 'in bulk' }] });
  const others = importBy(bob);
  // An answer to a later request: the bulk is waiting for its turn.
  await ada.call('GET', '/api/v1/imports');
  await first.end();
  await second.taken;
  const { status, body } = await importing;
  assert.deepEqual([status, body.code, await countOf(ada)], [429, 'busy', 500]);
  assert.match(
    body.detail,
    /^The workspace is busy with other changes\..* 500 tasks of the file are imported/,
  );
  assert.equal((await others).body.imported, count);
  await second.end();
  await bulk;
  assert.equal((await importBy(ada)).body.imported, 700);
});
