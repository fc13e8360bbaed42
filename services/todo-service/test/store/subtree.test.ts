import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import { openPool } from '@rondo/postgres/open-pool';
import { openDatabase } from '@rondo/shared/database/database';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { decide } from '../../src/domain/task.ts';
import { service as todoService } from '../../src/service.ts';
import type { Tables } from '../../src/store/tables.ts';
import { WorkingSet } from '../../src/store/working-set.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'subtree test', 1);
after(() => pool.end());
type Tasks = { tasks: Task[]; total: number; next_cursor: string | null };

test('subtasks are deleted and restored with their parent; no task is below itself', async () => {
  const ada = await person();
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  const child = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'child', parent_id: parent.id }))
    .body;
  const circle = await ada.call('PATCH', `/api/v1/tasks/${parent.id}`, { parent_id: child.id });
  assert.equal(circle.status, 422);
  assert.equal((await ada.call('DELETE', `/api/v1/tasks/${parent.id}`)).status, 204);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks?trash=true')).body.total, 2);
  assert.equal((await ada.call('POST', `/api/v1/tasks/${child.id}/restore`)).status, 409);
  assert.equal((await ada.call('POST', `/api/v1/tasks/${parent.id}/restore`)).status, 200);
  assert.equal((await ada.call<Tasks>('GET', `/api/v1/tasks?parent_id=${parent.id}`)).body.total, 1);
});

test('a bulk command is all or nothing, names the failed operation, and each operation sees earlier ones', async () => {
  const ada = await person();
  const [id, child] = [v7(), v7()];
  const good = [
    { op: 'create', id, title: 'parent' },
    { op: 'create', id: child, title: 'child', parent_id: id },
    { op: 'patch', id, priority: 1 },
    { op: 'complete', id },
  ];
  const bad = await ada.call<{ errors: { field: string }[] }>('POST', '/api/v1/tasks/bulk', {
    operations: [...good, { op: 'complete', id: v7() }],
  });
  assert.deepEqual([bad.status, bad.body.errors[0]?.field], [404, 'operations/4']);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 0);
  const done = await ada.call<Tasks>('POST', '/api/v1/tasks/bulk', { operations: good });
  assert.equal(done.status, 200);
  assert.deepEqual(
    done.body.tasks.map(({ status, version }) => [status, version]),
    [
      ['complete', 3],
      ['pending', 1],
    ],
  );
  assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', { operations: [] })).status, 422);
});

test('no cycle is created, neither by one bulk command nor by two concurrent moves', async () => {
  const ada = await person();
  const create = async (title: string, parent_id: string | null = null) =>
    (await ada.call<Task>('POST', '/api/v1/tasks', { title, parent_id })).body.id;
  const [a, b] = [await create('a'), await create('b')];
  const circle = await ada.call<{ errors: { field: string }[] }>('POST', '/api/v1/tasks/bulk', {
    operations: [
      { op: 'patch', id: a, parent_id: b },
      { op: 'patch', id: b, parent_id: a },
    ],
  });
  assert.deepEqual([circle.status, circle.body.errors[0]?.field], [422, 'operations/1/parent_id']);
  for (let round = 0; round < 10; round += 1) {
    const [left, right] = [await create('left'), await create('right')];
    const moves = await Promise.all([
      ada.call('PATCH', `/api/v1/tasks/${left}`, { parent_id: right }),
      ada.call('PATCH', `/api/v1/tasks/${right}`, { parent_id: left }),
    ]);
    assert.deepEqual(new Set(moves.map(({ status }) => status)), new Set([200, 422]));
  }
});

test('a task is not its own parent, and an id has one spelling', async () => {
  const ada = await person();
  const { id } = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'x' })).body;
  assert.equal((await ada.call('PATCH', `/api/v1/tasks/${id}`, { parent_id: id })).status, 422);
  assert.equal((await ada.call('PATCH', `/api/v1/tasks/${id}`, { parent_id: id.toUpperCase() })).status, 422);
  assert.equal((await ada.call('GET', `/api/v1/tasks/${id.toUpperCase()}`)).status, 422);
});

test('no live subtask is below a deleted task, after a bulk command or a concurrent creation', async () => {
  const ada = await person();
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  const [child, grandchild] = [v7(), v7()];
  const deleted = await ada.call<Tasks>('POST', '/api/v1/tasks/bulk', {
    operations: [
      { op: 'create', id: child, title: 'child', parent_id: parent.id },
      { op: 'create', id: grandchild, title: 'grandchild', parent_id: child },
      { op: 'delete', id: parent.id },
    ],
  });
  assert.deepEqual(
    new Set(deleted.body.tasks.map(({ id, deleted_at }) => `${id} ${deleted_at !== null}`)),
    new Set([parent.id, child, grandchild].map((id) => `${id} true`)),
  );
  for (let round = 0; round < 10; round += 1) {
    const { id } = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'short-lived' })).body;
    const [created] = await Promise.all([
      ada.call<Task>('POST', '/api/v1/tasks', { title: 'late', parent_id: id }),
      ada.call('DELETE', `/api/v1/tasks/${id}`),
    ]);
    if (created.status === 201) {
      const late = (await ada.call<Task>('GET', `/api/v1/tasks/${created.body.id}`)).body;
      assert.notEqual(late.deleted_at, null, 'created before its parent was deleted, it was deleted with it');
    } else assert.equal(created.status, 422);
  }
});

test('tasks are at most ten levels deep, also after a subtree moves', async () => {
  const ada = await person();
  const line = async (length: number) => {
    const ids = Array.from({ length }, () => v7());
    const operations = ids.map((id, n) => ({
      op: 'create',
      id,
      title: `level ${n + 1}`,
      parent_id: ids[n - 1] ?? null,
    }));
    const { status } = await ada.call('POST', '/api/v1/tasks/bulk', { operations });
    return { ids, status };
  };
  assert.equal((await line(11)).status, 422);
  const deep = await line(6);
  const [four, five] = [await line(4), await line(5)];
  const below = deep.ids.at(-1);
  assert.equal((await ada.call('PATCH', `/api/v1/tasks/${five.ids[0]}`, { parent_id: below })).status, 422);
  assert.equal((await ada.call('PATCH', `/api/v1/tasks/${four.ids[0]}`, { parent_id: below })).status, 200);
  assert.equal((await ada.call('DELETE', `/api/v1/tasks/${deep.ids[0]}`)).status, 204);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks?trash=true')).body.total, 10);
});

test('a task whose parent was purged is restored to the top level', async () => {
  const ada = await person();
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  const child = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'child', parent_id: parent.id }))
    .body;
  await ada.call('DELETE', `/api/v1/tasks/${child.id}`);
  await pool.query('DELETE FROM todo_service.tasks WHERE id = $1', [parent.id]);
  const restored = await ada.call<Task>('POST', `/api/v1/tasks/${child.id}/restore`);
  assert.deepEqual([restored.status, restored.body.parent_id], [200, null]);
});

/** A task with subtasks, which are written to the table without their events. */
async function parentOf(who: TestPerson, count: number, description = ''): Promise<string> {
  const { id } = (await who.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  await who.call('POST', '/api/v1/tasks', { title: 'child', parent_id: id });
  await pool.query(
    `INSERT INTO todo_service.tasks (workspace_id, id, version, task, due_at, status, priority, list, labels, parent_id,
                                     created_at, deleted_at, search)
     SELECT workspace_id, copy.id, version,
            jsonb_set(jsonb_set(task::jsonb - 'number' - 'rank', '{id}', to_jsonb(copy.id)), '{description}', to_jsonb($3::text))::json,
            due_at, status, priority, list, labels, parent_id, created_at, deleted_at, search
     FROM todo_service.tasks, (SELECT uuidv7() AS id FROM generate_series(1, $2::int)) copy
     WHERE tasks.workspace_id = $1 AND parent_id = $4`,
    [who.id, count - 1, description, id],
  );
  return id;
}

test('one command changes at most 5,000 tasks and 16 MiB of them; the rest of a larger subtree stays as it was', async () => {
  const ada = await person();
  for (const [count, description, isAccepted] of [
    [4_999, '', true],
    [5_000, '', false],
    [200, '\u0001'.repeat(15_000), false],
  ] as const) {
    const id = await parentOf(ada, count, description);
    const answer = await ada.call<{ code: string }>('DELETE', `/api/v1/tasks/${id}`);
    if (isAccepted) assert.equal(answer.status, 204);
    else assert.deepEqual([answer.status, answer.body.code], [422, 'command-too-large']);
    const { body } = await ada.call<Tasks>('GET', `/api/v1/tasks?parent_id=${id}&limit=1`);
    assert.equal(body.total > 0, !isAccepted);
  }
});

test('a bulk command does not change a subtree again and again without end', async () => {
  const ada = await person();
  const id = await parentOf(ada, 1_000);
  const operations = Array.from({ length: 500 }, (_, n) => ({ op: n % 2 === 0 ? 'delete' : 'restore', id }));
  const answer = await ada.call<{ code: string }>('POST', '/api/v1/tasks/bulk', { operations });
  assert.deepEqual([answer.status, answer.body.code], [422, 'command-too-large']);
});

test('a command reads each subtree once, and sees what it moved', async () => {
  const ada = await person();
  const [id, other] = [await parentOf(ada, 3), await parentOf(ada, 2)];
  let queries = 0;
  const database = openDatabase<Tables>(url, 'working set test', 1).withPlugin({
    transformQuery({ node }) {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  after(() => database.destroy());
  const tasks = new WorkingSet(database, ada.id);
  const [first = []] = await tasks.levelsBelow(id);
  const read = queries;
  assert.deepEqual(await tasks.levelsBelow(id), [first]);
  assert.equal(queries, read);
  const [moved] = first;
  assert.ok(moved);
  await tasks.find(other);
  const change = decide(moved, { kind: 'patch', patch: { parent_id: other } }, new Date());
  assert.ok(change);
  tasks.apply(change);
  const sizes = async (parent: string) => (await tasks.levelsBelow(parent)).map((level) => level.length);
  assert.deepEqual([await sizes(id), await sizes(other)], [[2], [3]]);
});
