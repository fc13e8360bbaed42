import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Task } from '@rondo/shared/contracts/task';
import { openPool } from '@rondo/postgres/open-pool';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';

const { person, database_url: url } = await startTestService({ after }, todoService);
const pool = openPool(url, 'undo test', 1);
after(() => pool.end());
type Tasks = { tasks: Task[]; total: number; next_cursor: string | null };

test('undo reverts the whole last command, and the next undo the one before', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
  await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'two' });
  const extra = [
    { op: 'create', title: 'a' },
    { op: 'create', title: 'b' },
    { op: 'complete', id: task.id },
  ];
  await ada.call('POST', '/api/v1/tasks/bulk', { operations: extra });
  await ada.call('POST', '/api/v1/undo');
  const afterBulk = (await ada.call<Tasks>('GET', '/api/v1/tasks')).body.tasks;
  assert.deepEqual(
    afterBulk.map(({ title, status }) => [title, status]),
    [['two', 'pending']],
  );
  const back = async () => {
    const { status, body } = await ada.call<Tasks & { code?: string }>('POST', '/api/v1/undo');
    return status === 200
      ? body.tasks.map(({ title, deleted_at }) => [title, deleted_at !== null])
      : body.code;
  };
  assert.deepEqual(await back(), [['one', false]], 'the next undo: the change before');
  assert.deepEqual(await back(), [['one', true]], 'and the creation');
  assert.deepEqual(await back(), 'not-found');
  assert.equal((await (await person()).call('POST', '/api/v1/undo')).status, 404);
});

test('history lists each change with its diff; revert restores a version as a new change', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
  const path = `/api/v1/tasks/${task.id}`;
  await ada.call('PATCH', path, { title: 'two', priority: 1 });
  const reverted = await ada.call<Task>('POST', `${path}/revert`, { to_version: 1 });
  assert.deepEqual([reverted.body.title, reverted.body.priority, reverted.body.version], ['one', 4, 3]);
  type Entry = {
    version: number;
    event_type: string;
    actor: { user_id: string };
    diff: Record<string, unknown>;
  };
  const { history } = (await ada.call<{ history: Entry[] }>('GET', `${path}/history`)).body;
  assert.deepEqual(
    history.map(({ version, event_type }) => [version, event_type]),
    [
      [3, 'task-updated'],
      [2, 'task-updated'],
      [1, 'task-created'],
    ],
  );
  assert.deepEqual(history[1]?.diff, { title: { from: 'one', to: 'two' }, priority: { from: 4, to: 1 } });
  assert.equal(history[0]?.actor.user_id, ada.id);
  assert.equal((await ada.call<Task>('GET', `${path}/versions/2`)).body.title, 'two');
  assert.equal((await ada.call('POST', `${path}/revert`, { to_version: 9 })).status, 404);
});

test('an undone change stays undone: the next undo reverts the change after it', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
  const path = `/api/v1/tasks/${task.id}`;
  await ada.call('PATCH', path, { title: 'two' });
  await ada.call('POST', '/api/v1/undo');
  await ada.call('PATCH', path, { title: 'three' });
  await ada.call('POST', '/api/v1/undo');
  assert.equal((await ada.call<Task>('GET', path)).body.title, 'one');
  await ada.call('POST', '/api/v1/undo');
  assert.notEqual((await ada.call<Task>('GET', path)).body.deleted_at, null);
});

test('undo of a deletion restores the whole subtree', async () => {
  const ada = await person();
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  await ada.call('POST', '/api/v1/tasks', { title: 'child', parent_id: parent.id });
  await ada.call('DELETE', `/api/v1/tasks/${parent.id}`);
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 200);
  assert.equal((await ada.call<Tasks>('GET', '/api/v1/tasks')).body.total, 2);
});

test('undo is a conflict if someone else changed the task since', async () => {
  const ada = await person();
  const { body: task } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'one' });
  // Another person in the same workspace, as sharing will allow: the event has another actor.
  await ada.call('PATCH', `/api/v1/tasks/${task.id}`, { title: 'two' });
  await pool.query(
    'UPDATE todo_service.events SET actor_id = gen_random_uuid() WHERE task_id = $1 AND version = 2',
    [task.id],
  );
  const conflict = await ada.call<{ code: string; current: Task }>('POST', '/api/v1/undo');
  assert.deepEqual(
    [conflict.status, conflict.body.code, conflict.body.current.title],
    [409, 'undo-conflict', 'two'],
  );
});

/** A subtask whose parent will be deleted for good. */
async function subtaskOfGone() {
  const ada = await person();
  const { body: parent } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' });
  const { body: child } = await ada.call<Task>('POST', '/api/v1/tasks', {
    title: 'child',
    parent_id: parent.id,
  });
  const purge = async () => {
    await ada.call('DELETE', `/api/v1/tasks/${parent.id}`);
    await ada.call('DELETE', '/api/v1/trash');
  };
  const undo = () =>
    ada.call<{ tasks: Task[]; at_top_level?: string[]; code?: string }>('POST', '/api/v1/undo');
  return { ada, path: `/api/v1/tasks/${child.id}`, id: child.id, purge, undo };
}

test('a move out of a purged parent is skipped: undo goes on to the change before', async () => {
  const { ada, path, id, purge, undo } = await subtaskOfGone();
  await ada.call('PATCH', path, { title: 'renamed' });
  await ada.call('PATCH', path, { parent_id: null });
  await purge();
  const { status, body } = await undo();
  assert.deepEqual(
    [status, body.tasks.map(({ title, parent_id }) => [title, parent_id]), body.at_top_level],
    [200, [['child', null]], [id]],
  );
  const { body: created } = await undo();
  assert.notEqual(created.tasks[0]?.deleted_at, null, 'the next undo reverts the creation');
  assert.equal((await undo()).status, 404);
});

test('what a move out of a purged parent changed besides is undone, and the answer names the task', async () => {
  const { ada, path, id, purge, undo } = await subtaskOfGone();
  const { body: other } = await ada.call<Task>('POST', '/api/v1/tasks', { title: 'other' });
  await ada.call('PATCH', path, { title: 'moved', parent_id: other.id });
  await purge();
  const { status, body } = await undo();
  assert.deepEqual(
    [status, body.tasks.map(({ title, parent_id }) => [title, parent_id]), body.at_top_level],
    [200, [['child', null]], [id]],
  );
});

test('a move out of a parent in the trash is a conflict', async () => {
  const { ada, path, undo } = await subtaskOfGone();
  const { body: child } = await ada.call<Task>('GET', path);
  await ada.call('PATCH', path, { parent_id: null });
  await ada.call('DELETE', `/api/v1/tasks/${child.parent_id}`);
  await pool.query(
    `UPDATE todo_service.events SET actor_id = gen_random_uuid() WHERE task_id = $1 AND event_type = 'task-deleted'`,
    [child.parent_id],
  );
  const { status, body } = await undo();
  assert.deepEqual([status, body.code], [409, 'undo-conflict']);
});

test('a task returns to a version below a purged parent at the top level', async () => {
  const { ada, path, purge } = await subtaskOfGone();
  await ada.call('PATCH', path, { title: 'moved', parent_id: null });
  await purge();
  const { status, body } = await ada.call<Task>('POST', `${path}/revert`, { to_version: 1 });
  assert.deepEqual([status, body.title, body.parent_id], [200, 'child', null]);
});
