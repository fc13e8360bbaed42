import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'names test', 2);
after(() => pool.end());

/** Uses up `count` names of a workspace, which no task has. */
const useNames = ({ id }: TestPerson, count: number) =>
  pool.query(
    `INSERT INTO todo_service.names (workspace_id, kind, name) SELECT $1, 'label', 'used ' || n FROM generate_series(1, $2) n`,
    [id, count],
  );
const countOf = async ({ id }: TestPerson) => {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*) FROM todo_service.names WHERE workspace_id = $1',
    [id],
  );
  return rows[0]?.count;
};
const create = (who: TestPerson, labels: string[], list: string | null = null) =>
  who.call<Task & { code: string; quota: { name: string } }>('POST', '/api/v1/tasks', {
    title: 'x',
    labels,
    list,
  });
const bulk = (who: TestPerson, count: number, name: string) =>
  who.call<{ code: string; quota: { name: string; limit: number; used: number } }>(
    'POST',
    '/api/v1/tasks/bulk',
    {
      operations: Array.from({ length: count }, (_, n) => ({
        op: 'create',
        title: 'x',
        labels: Array.from({ length: 10 }, (_, m) => `${name} ${n} ${m}`),
      })),
    },
  );

test('a name is counted once, whether a task, a patch or a bulk command brings it', async () => {
  const ada = await person();
  const { body: task } = await create(ada, ['a', 'b'], 'a');
  await create(ada, ['b', 'c'], 'a');
  await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { labels: ['d'], list: 'home' });
  assert.equal(await countOf(ada), 6);
  await bulk(ada, 2, 'many');
  assert.equal(await countOf(ada), 26);
});

test('beyond 2,000 names a new one is refused, and a known one is not', async () => {
  const ada = await person();
  for (let n = 0; n < 200; n += 40) assert.equal((await bulk(ada, 40, `part ${n}`)).status, 200);
  assert.equal(await countOf(ada), 2_000);
  const { status, body } = await create(ada, ['new']);
  assert.deepEqual(
    [status, body.code, body.quota],
    [403, 'quota-exceeded', { name: 'names', limit: 2_000, used: 2_000 }],
  );
  assert.equal((await create(ada, ['part 0 0 0'])).status, 201);
  assert.equal((await create(ada, [], 'new list')).status, 403);
  const { body: task } = await create(ada, []);
  assert.equal((await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { labels: ['new'] })).status, 403);
  assert.equal((await bulk(ada, 1, 'more')).status, 403);
  assert.equal((await ada.call('DELETE', `/api/v1/tasks/${task.id}`)).status, 204);
});

test('names that no task has make room', async () => {
  const ada = await person();
  const { body: task } = await create(ada, ['kept'], 'kept');
  await useNames(ada, 1_998);
  assert.equal(await countOf(ada), 2_000);
  assert.equal((await create(ada, ['new'])).status, 201);
  assert.equal(await countOf(ada), 3);
  assert.equal((await ada.call('DELETE', `/api/v1/tasks/${task.id}`)).status, 204);
});
