import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openPool } from '@rondo/postgres/open-pool';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { eventually } from '@rondo/shared/test/eventually';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, database_url: url, startReplica } = await startTestService({ after }, todoService);
const pool = openPool(url, 'numbering test', 2);
after(() => pool.end());

/** Makes the tasks of a person those of a release without numbers. */
async function forgetNumbers({ id }: TestPerson): Promise<void> {
  await pool.query(
    `UPDATE todo_service.tasks SET number = NULL, rank = NULL, task = (task::jsonb - 'number' - 'rank')::json
     WHERE workspace_id = $1`,
    [id],
  );
  await pool.query('UPDATE todo_service.workspaces SET last_number = 0 WHERE id = $1', [id]);
}

/** All tasks of a person, in the order of their creation. */
async function allTasksOf(ada: TestPerson): Promise<Task[]> {
  const tasks: Task[] = [];
  for (let isMore = true; isMore;) {
    const path = `/api/v1/tasks?sort=created&order=asc&limit=100&offset=${tasks.length}`;
    const { body } = await ada.call<{ tasks: Task[] }>('GET', path);
    tasks.push(...body.tasks);
    isMore = body.tasks.length > 0;
  }
  return tasks;
}

const isNumbered = async (ada: TestPerson) =>
  (await allTasksOf(ada)).every(({ number }) => number !== undefined);

test('tasks from before get numbers in the order of their creation, with events that undo passes over', async () => {
  const ada = await person();
  const create = (title: string) => ada.call<Task>('POST', '/api/v1/tasks', { title });
  const titles = Array.from({ length: 130 }, (_, n) => `task ${n + 1}`);
  for (const title of titles) await create(title);
  const [oldest] = await allTasksOf(ada);
  await ada.call('PATCH', `/api/v1/tasks/${oldest?.id}`, { title: 'renamed' });
  await forgetNumbers(ada);
  await startReplica();
  await eventually(() => isNumbered(ada));
  const tasks = await allTasksOf(ada);
  assert.deepEqual(
    tasks.map(({ number, version }) => [number, version]),
    titles.map((_, n) => [n + 1, n === 0 ? 3 : 2]),
  );
  assert.deepEqual([tasks[0]?.rank, tasks[129]?.rank], ['e00001', 'e00026']);
  const { body: page } = await ada.call<ChangePage>('GET', '/api/v1/changes?since=131');
  assert.equal(page.changes.length, 130);
  const [first] = page.changes;
  assert.deepEqual(
    [first?.event_type, first?.changed, first?.actor.source, first?.payload],
    ['task-updated', ['number', 'rank'], 'recurrence', tasks[0]],
  );
  assert.equal((await create('after')).body.number, 131);
  await ada.call('POST', '/api/v1/undo');
  await ada.call('POST', '/api/v1/undo');
  const undone = await allTasksOf(ada);
  assert.deepEqual([undone[0]?.title, undone[0]?.number, undone.length], ['task 1', 1, 130]);
});

test('what is created while tasks of before are numbered gets numbers of its own', async () => {
  const ada = await person();
  const create = () => ada.call<Task>('POST', '/api/v1/tasks', { title: 'task' });
  for (let n = 0; n < 150; n += 1) await create();
  await forgetNumbers(ada);
  const [created] = await Promise.all([
    Promise.all(Array.from({ length: 60 }, async () => (await create()).body.number)),
    startReplica(),
  ]);
  await eventually(() => isNumbered(ada));
  const { rows } = await pool.query<{ numbers: number[]; last: number }>(
    `SELECT array_agg(number ORDER BY number) AS numbers,
            (SELECT last_number FROM todo_service.workspaces WHERE id = $1) AS last
     FROM todo_service.tasks WHERE workspace_id = $1`,
    [ada.id],
  );
  assert.deepEqual(
    rows[0]?.numbers.map(Number),
    Array.from({ length: 210 }, (_, n) => n + 1),
  );
  assert.equal(rows[0]?.last, 210);
  assert.equal(new Set(created).size, 60);
});

test('tasks in the trash get numbers, too, and stay there', async () => {
  const ada = await person();
  const { body } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'old' });
  await ada.call('DELETE', `/api/v1/tasks/${body.id}`);
  await forgetNumbers(ada);
  await startReplica();
  const read = async () => (await ada.call<Task>('GET', `/api/v1/tasks/${body.id}`)).body;
  await eventually(async () => (await read()).number !== undefined);
  const { number, deleted_at: deletedAt } = await read();
  assert.equal(number, 1);
  assert.notEqual(deletedAt, null);
});
