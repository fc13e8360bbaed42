import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { v7 } from 'uuid';
import type { Task } from '@rondo/shared/contracts/task';
import type { ChangePage } from '@rondo/shared/contracts/task-event';
import { startTestService, type TestPerson } from '@rondo/shared/test/service';
import { service as todoService } from '../../src/service.ts';
import { calendarOf } from '../support/calendar-task.ts';

const { person } = await startTestService({ after }, todoService);

test('emptying the trash purges its tasks with events, in batches, and nothing else', async () => {
  const [ada, eve] = [await person(), await person()];
  const kept = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'kept' })).body;
  const hers = (await eve.call<Task>('POST', '/api/v1/tasks', { title: 'hers' })).body;
  await eve.call('DELETE', `/api/v1/tasks/${hers.id}`);
  for (let batch = 0; batch < 2; batch += 1) {
    const operations = Array.from({ length: 300 }, (_, n) => ({ op: 'create', title: `t${n}` }));
    const { tasks } = (await ada.call<{ tasks: Task[] }>('POST', '/api/v1/tasks/bulk', { operations })).body;
    const deletions = tasks.map(({ id }) => ({ op: 'delete', id }));
    await ada.call('POST', '/api/v1/tasks/bulk', { operations: deletions });
  }
  const key = { 'idempotency-key': v7() };
  const purgeAll = () => ada.call('DELETE', '/api/v1/trash', undefined, key);
  assert.deepEqual((await purgeAll()).body, { purged: 600, remaining: 0 });
  assert.deepEqual((await purgeAll()).body, { purged: 600, remaining: 0 }, 'a retry gets the first answer');
  assert.deepEqual((await ada.call('DELETE', '/api/v1/trash')).body, { purged: 0, remaining: 0 });
  assert.equal((await ada.call<{ total: number }>('GET', '/api/v1/tasks?trash=true')).body.total, 0);
  assert.equal((await ada.call('GET', `/api/v1/tasks/${kept.id}`)).status, 200);
  assert.equal((await eve.call('GET', `/api/v1/tasks/${hers.id}`)).status, 200);
  const { changes, head } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=1201&limit=1000')).body;
  assert.deepEqual([changes.length, head], [600, 1_801]);
  assert.ok(
    changes.every(({ event_type, actor }) => event_type === 'task-purged' && actor.user_id === ada.id),
  );
});

test('undo goes on to the change before those of purged tasks, and says at last that they are gone for good', async () => {
  const ada = await person();
  const other = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'first' })).body;
  const task = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'gone' })).body;
  const operations = [other, task].map(({ id }) => ({ op: 'patch', id, title: 'again' }));
  assert.equal((await ada.call('POST', '/api/v1/tasks/bulk', { operations })).status, 200);
  await purge(ada, task);
  const undo = () => ada.call<{ tasks: Task[]; detail: string }>('POST', '/api/v1/undo');
  const { tasks } = (await undo()).body;
  assert.deepEqual(
    tasks.map(({ id, title }) => [id, title]),
    [[other.id, 'first']],
    'what is left of the command',
  );
  assert.notEqual((await undo()).body.tasks[0]?.deleted_at, null, 'the creation before');
  const { status, body } = await undo();
  assert.equal(status, 404);
  assert.match(body.detail, /deleted for good/);
});

async function purge(owner: TestPerson, ...tasks: Pick<Task, 'id'>[]): Promise<void> {
  for (const { id } of tasks) assert.equal((await owner.call('DELETE', `/api/v1/tasks/${id}`)).status, 204);
  assert.equal((await owner.call<{ remaining: number }>('DELETE', '/api/v1/trash')).body.remaining, 0);
}

test('the id of a purged task is taken: a late retry of its creation does not bring it back', async () => {
  const ada = await person();
  const draft = { title: 'once', id: v7() };
  const parent = (await ada.call<Task>('POST', '/api/v1/tasks', { title: 'parent' })).body;
  assert.equal((await ada.call('POST', '/api/v1/tasks', draft)).status, 201);
  await purge(ada, draft);
  const key = { 'idempotency-key': v7() };
  const below = { ...draft, parent_id: parent.id };
  const bulk = { operations: [{ op: 'create', ...draft }] };
  for (const [path, body, headers] of [
    ['/api/v1/tasks', draft, {}],
    ['/api/v1/tasks', draft, key],
    ['/api/v1/tasks', below, {}],
    ['/api/v1/tasks', below, key],
    ['/api/v1/tasks/bulk', bulk, {}],
  ] as const) {
    const { status, body: problem } = await ada.call('POST', path, body, headers);
    assert.deepEqual([status, problem['code']], [409, 'task-id-taken'], `${path} ${JSON.stringify(body)}`);
  }
  assert.equal((await ada.call('GET', `/api/v1/tasks/${draft.id}`)).status, 404);
});

test('an import brings a purged task back, with the versions after those that it had', async () => {
  const ada = await person();
  const file = calendarOf('BEGIN:VTODO\r\nUID:a\r\nSUMMARY:back\r\nEND:VTODO');
  const importFile = () =>
    ada.call<{ imported: number }>('POST', '/api/v1/calendar-import', file, {
      'content-type': 'text/calendar',
    });
  await importFile();
  const [before] = (await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body.tasks;
  assert.ok(before);
  await purge(ada, before);
  assert.equal((await importFile()).body.imported, 1);
  const [again] = (await ada.call<{ tasks: Task[] }>('GET', '/api/v1/tasks')).body.tasks;
  assert.deepEqual([again?.id, again?.version, again?.deleted_at], [before.id, 4, null]);
  const { changes } = (await ada.call<ChangePage>('GET', '/api/v1/changes?since=0')).body;
  assert.deepEqual(
    changes.map(({ event_type, version }) => `${event_type} ${version}`),
    ['task-created 1', 'task-deleted 2', 'task-purged 3', 'task-created 4'],
  );
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 200, 'undo deletes what the import created');
  assert.equal((await ada.call<{ total: number }>('GET', '/api/v1/tasks')).body.total, 0);
  assert.equal((await ada.call('POST', '/api/v1/undo')).status, 404, 'and nothing from before the purge');
});
