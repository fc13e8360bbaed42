import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import { openDatabase } from '@rondo/shared/database/database';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { pruneObjects } from '../../src/caldav/store/prune-objects.ts';
import { quotas } from '../../src/domain/quotas.ts';
import type { Tables } from '../../src/store/tables.ts';
import { service as todoService } from '../../src/service.ts';
import { collection, davClient } from '../support/dav-client.ts';
import { tasksOf } from '../support/tasks-of.ts';

const { person, service, database_url } = await startTestService({ after }, todoService);
const pool = openPool(database_url, 'quota of CalDAV test', 2);
after(() => pool.end());

const fill = (bytes: number) => `X-FILL:${'x'.repeat(bytes)}`;
const counted = async ({ id }: TestPerson): Promise<number> => {
  const { rows } = await pool.query<{ bytes: number }>(
    'SELECT bytes FROM todo_service.workspaces WHERE id = $1',
    [id],
  );
  return rows[0]?.bytes ?? 0;
};
/** What is stored: the tasks, whose numbers count as seven digits, and what only clients know of them. */
const stored = async ({ id }: TestPerson) => {
  const { rows } = await pool.query<{ tasks: number; extra: number }>(
    `SELECT (SELECT coalesce(sum(octet_length(task::text) + 7 - length(number::text)), 0) FROM todo_service.tasks WHERE workspace_id = $1) AS tasks,
            (SELECT coalesce(sum(octet_length(nullif(extra::text, 'null'))), 0)
             FROM todo_service.calendar_objects WHERE workspace_id = $1) AS extra`,
    [id],
  );
  return rows[0] ?? { tasks: 0, extra: 0 };
};
const assertCounted = async (who: TestPerson, extra: (bytes: number) => boolean) => {
  const held = await stored(who);
  assert.equal(await counted(who), held.tasks + held.extra);
  assert.ok(extra(held.extra), String(held.extra));
};

test('what only clients know counts as bytes of the workspace, until the task is purged', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:größer 漢字', 'X-NAME:漢字', fill(1_000)]);
  await assertCounted(ada, (bytes) => bytes > 1_000);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:größer', fill(9_000)]);
  await assertCounted(ada, (bytes) => bytes > 9_000);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:größer', fill(500)]);
  await assertCounted(ada, (bytes) => bytes > 500 && bytes < 1_000);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:größer']);
  await assertCounted(ada, (bytes) => bytes === 0);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:größer', fill(500)]);
  await dav.send('DELETE', `${collection}a.ics`);
  await assertCounted(ada, (bytes) => bytes > 500);
  // Another task takes over the name, and the row with it.
  await dav.put('a.ics', ['UID:b', 'SUMMARY:other', fill(100)]);
  await assertCounted(ada, (bytes) => bytes > 100 && bytes < 500);
  await dav.send('DELETE', `${collection}a.ics`);
  const { token } = await dav.sync();
  await ada.call('DELETE', '/api/v1/trash');
  await assertCounted(ada, (bytes) => bytes === 0);
  assert.equal(await counted(ada), 0);
  assert.equal((await dav.sync(token)).objects['a.ics'], '404');
});

test('where a purge was cut off, the retention lowers the count, and only once', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  for (const name of ['a', 'b']) await dav.put(`${name}.ics`, [`UID:${name}`, 'SUMMARY:x', fill(2_000)]);
  const [task] = await tasksOf(ada);
  const bytes = JSON.stringify(task).length + 6;
  await pool.query('DELETE FROM todo_service.tasks WHERE workspace_id = $1 AND id = $2', [ada.id, task?.id]);
  await pool.query('UPDATE todo_service.workspaces SET bytes = bytes - $2 WHERE id = $1', [ada.id, bytes]);
  const database = openDatabase<Tables>(database_url, 'tests', 1);
  const { deleteBatch } = pruneObjects(database);
  assert.deepEqual([await deleteBatch('', 100), await deleteBatch('', 100)], [1, 0]);
  await database.destroy();
  await assertCounted(ada, (left) => left > 2_000 && left < 4_000);
});

test('a full workspace refuses more with the name of the quota, and takes less', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:x', fill(2_000)]);
  const before = await dav.get('a.ics');
  await pool.query('UPDATE todo_service.workspaces SET bytes = $2 WHERE id = $1', [ada.id, quotas.bytes]);
  const more = await dav.put('a.ics', ['UID:a', 'SUMMARY:x', fill(2_001)]);
  assert.equal(more.status, 507);
  assert.match(more.text, /quota-not-exceeded.*what calendar apps keep with them, have at most 512 MiB/s);
  assert.equal((await dav.put('b.ics', ['UID:b', 'SUMMARY:x'])).status, 507);
  assert.equal(await dav.get('a.ics'), before);
  assert.equal((await dav.put('a.ics', ['UID:a', 'SUMMARY:x', fill(1_000)])).status, 204);
  assert.equal((await dav.send('DELETE', `${collection}a.ics`)).status, 204);
});

test('one object keeps at most 16 KiB of it', async () => {
  const dav = await davClient(service.url, await person());
  const { status, text } = await dav.put('a.ics', ['UID:a', 'SUMMARY:x', fill(16 * 1_024)]);
  assert.deepEqual([status, /max-resource-size/.test(text)], [403, true]);
});

test('the migration counts what is there', async () => {
  const ada = await person();
  const dav = await davClient(service.url, ada);
  await dav.put('a.ics', ['UID:a', 'SUMMARY:x', fill(2_000)]);
  await dav.put('b.ics', ['UID:b', 'SUMMARY:x']);
  const expected = await counted(ada);
  const { extra } = await stored(ada);
  const client = await pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL search_path = todo_service');
    await client.query('ALTER TABLE calendar_objects DROP COLUMN bytes');
    await client.query('UPDATE workspaces SET bytes = bytes - $2 WHERE id = $1', [ada.id, extra]);
    const path = `${import.meta.dirname}/../../migrations/0022-bytes-of-objects.sql`;
    await client.query(await readFile(path, 'utf8'));
    const { rows } = await client.query<{ bytes: number }>('SELECT bytes FROM workspaces WHERE id = $1', [
      ada.id,
    ]);
    assert.equal(rows[0]?.bytes, expected);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
