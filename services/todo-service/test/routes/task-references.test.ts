import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Problem } from '@rondo/shared/contracts/problem';
import type { Task } from '@rondo/shared/contracts/task';
import { startTestService } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { create, taskOf } from '../support/tasks-of.ts';

const { person } = await startTestService({ after }, todoService);

test('bodies, filters and operations take numbers where a task is meant', async () => {
  const ada = await person();
  const parent = await create(ada, { title: 'parent' });
  const child = await create(ada, { title: 'child', parent_id: '#1' });
  assert.equal(child.parent_id, parent.id);
  const { body: patched } = await ada.call<Task>('PATCH', '/api/v1/tasks/%232', { parent_id: null });
  assert.equal(patched.parent_id, null);
  await ada.call('POST', '/api/v1/tasks/bulk', {
    operations: [
      { op: 'patch', id: '#2', parent_id: '#1' },
      { op: 'create', title: 'second', parent_id: '#1' },
      { op: 'move', id: '#2', before: '#1' },
      { op: 'complete', id: '#1' },
    ],
  });
  assert.equal((await taskOf(ada, child.id)).parent_id, parent.id);
  assert.equal((await taskOf(ada, parent.id)).status, 'complete');
  const { body: below } = await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks?parent_id=%231&sort=rank');
  assert.deepEqual(
    below.tasks.map(({ title, number }) => [title, number]),
    [
      ['child', 2],
      ['second', 3],
    ],
  );
  const filter = { name: 'below', query: { parent_id: '#1' } };
  const { body: saved } = await ada.call<{ query: object }>('POST', '/api/v1/filters', filter);
  assert.deepEqual(saved.query, { parent_id: parent.id });
});

test('an unknown number in a body is refused with its field, and the number of another person is unknown', async () => {
  const [ada, eve] = [await person(), await person()];
  await create(ada, { title: 'mine' });
  for (let n = 0; n < 3; n += 1) await create(eve, { title: 'hers' });
  const refused = async (method: string, path: string, body?: object) => {
    const { status, body: problem } = await ada.call<Problem>(method, path, body);
    return [status, problem.errors?.[0]?.field];
  };
  assert.deepEqual(await refused('POST', '/api/v1/tasks', { title: 'x', parent_id: '#3' }), [
    422,
    'parent_id',
  ]);
  const operations = [
    { op: 'complete', id: '#1' },
    { op: 'complete', id: '#3' },
  ];
  assert.deepEqual(await refused('POST', '/api/v1/tasks/bulk', { operations }), [422, 'operations/1/id']);
  assert.deepEqual(await refused('GET', '/api/v1/tasks?parent_id=%233'), [422, 'parent_id']);
  assert.equal((await taskOf(ada, '%231')).status, 'pending');
});

test('a number that was purged names nothing, and is not used again', async () => {
  const ada = await person();
  const { id } = await create(ada, { title: 'one' });
  await ada.call('DELETE', `/api/v1/tasks/${id}`);
  assert.equal((await taskOf(ada, '%231')).id, id);
  await ada.call('DELETE', '/api/v1/trash');
  assert.equal((await ada.call('GET', '/api/v1/tasks/%231')).status, 404);
  assert.equal((await create(ada, { title: 'two' })).number, 2);
});

test('a number in the body of a request to nowhere is 404', async () => {
  const ada = await person();
  const operations = [{ op: 'complete', id: '#1' }];
  assert.equal((await ada.call('POST', '/api/v1/tasks/bulk//', { operations })).status, 404);
});
